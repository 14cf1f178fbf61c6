/** An ordering node's channel participation interface: what `osnadmin channel join` speaks. */
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { genesisBlock, layoutMember } from '../layout.ts';
import type { MemberNodes } from '../topology.ts';

const CREATED = 201;
/** The node is in the channel already. */
const NOT_ALLOWED = 405;

/** Has the ordering node join the channel of the genesis block. @throws with the node's answer. */
export async function joinChannel(directory: string, nodes: MemberNodes): Promise<void> {
  const { ordererAdmin, mspId } = nodes;
  const tls = (name: string) => readFile(join(layoutMember(directory, mspId).orderer, 'tls', name));
  const form = new FormData();
  form.set('config-block', new Blob([await readFile(genesisBlock(directory))]), 'config.block');
  const encoded = new Response(form);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const post = request(
    {
      ...ordererAdmin,
      method: 'POST',
      path: '/participation/v1/channels',
      headers: { 'content-type': encoded.headers.get('content-type')! },
      ca: await tls('ca.crt'),
      cert: await tls('server.crt'),
      key: await tls('server.key'),
    },
    async (answer) => {
      const said = await text(answer);
      if (answer.statusCode === CREATED || answer.statusCode === NOT_ALLOWED) return resolve();
      reject(new Error(`orderer.${mspId} does not join: ${answer.statusCode} ${said.trim()}`));
    },
  );
  post.once('error', reject);
  post.end(Buffer.from(await encoded.arrayBuffer()));
  return promise;
}

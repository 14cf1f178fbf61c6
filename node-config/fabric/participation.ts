/** An ordering node's channel participation interface: what `osnadmin channel` speaks. */
import { readFile } from 'node:fs/promises';
import { type RequestOptions, request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { genesisBlock, layoutMember } from './layout.ts';
import type { MemberNodes } from './topology.ts';

const OK = 200;
const CREATED = 201;
/** The node is in the channel already. */
const NOT_ALLOWED = 405;
const CHANNELS = '/participation/v1/channels';

/**
 * Has the ordering node join the channel, by default from its genesis block.
 * @throws with the node's answer.
 */
export async function joinChannel(
  directory: string,
  nodes: MemberNodes,
  configBlock = genesisBlock(directory),
): Promise<void> {
  const form = new FormData();
  form.set('config-block', new Blob([await readFile(configBlock)]), 'config.block');
  const encoded = new Response(form);
  const headers = { 'content-type': encoded.headers.get('content-type')! };
  const body = Buffer.from(await encoded.arrayBuffer());
  const { status, said } = await send(directory, nodes, { method: 'POST', headers }, body);
  if (status === CREATED || status === NOT_ALLOWED) return;
  throw new Error(`orderer.${nodes.mspId} does not join: ${status} ${said}`);
}

export interface Participation {
  /** `consenter`, or `follower` of who only copies the blocks. */
  readonly consensusRelation: string;
  /** `active` once it is not catching up any more. */
  readonly status: string;
  readonly height: number;
}

/** @throws with the node's answer, or that it cannot be reached. */
export async function readParticipation(
  directory: string,
  nodes: MemberNodes,
  channel: string,
): Promise<Participation> {
  const path = `${CHANNELS}/${channel}`;
  const { status, said } = await send(directory, nodes, { method: 'GET', path });
  if (status === OK) return JSON.parse(said);
  throw new Error(`orderer.${nodes.mspId} does not tell how it is: ${status} ${said}`);
}

/** As the node's own member: both sides show certificates of its TLS authority. */
async function send(
  directory: string,
  { ordererAdmin, mspId }: MemberNodes,
  options: RequestOptions,
  body?: Uint8Array,
): Promise<{ readonly status: number | undefined; readonly said: string }> {
  const tls = (name: string) => readFile(join(layoutMember(directory, mspId).orderer, 'tls', name));
  const [ca, cert, key] = await Promise.all(['ca.crt', 'server.crt', 'server.key'].map(tls));
  const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof send>>>();
  const credentials = { ca: ca!, cert: cert!, key: key! };
  const sending = request(
    { ...ordererAdmin, path: CHANNELS, ...credentials, ...options },
    (answer) => {
      text(answer).then((said) => {
        resolve({ status: answer.statusCode, said: said.trim() });
      }, reject);
    },
  );
  sending.once('error', reject);
  sending.end(body);
  return promise;
}

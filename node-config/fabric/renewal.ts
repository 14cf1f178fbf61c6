/**
 * New keys and certificates for all that a member runs, before the old ones expire. The authorities
 * stay; so do the roots that gateways and other members trust. One member at a time: of n ordering
 * nodes f = ⌊(n − 1) / 3⌋ may be away. Each step may be repeated.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { recertifyConsenter } from './channel-update.ts';
import { renewConnections } from './generate.ts';
import { finishRenewal, prepareRenewal, WAITING } from './identities.ts';
import { layoutMember } from './layout.ts';
import { listEndorsing, openState, readRegister, updateChannel } from './membership.ts';
import { findMember } from './native/connect.ts';
import { listNodes } from './native/nodes.ts';
import { awaitEndorsers } from './native/ready.ts';
import type { NetworkState } from './native/state.ts';
import { readParticipation } from './participation.ts';
import type { Site } from './site.ts';
import type { MemberNodes } from './topology.ts';

const PATIENCE_MS = 90_000;
const POLL_MS = 250;

/** @throws UnknownMember */
export async function renewCertificates(site: Site, mspId: string): Promise<void> {
  const { directory, report } = site;
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const state = await openState(directory);
  const nodes = findMember(state, mspId, directory);
  const layout = layoutMember(directory, mspId);
  const endorsing = listEndorsing(state, await readRegister(directory, state.members));
  report('making new keys and certificates');
  await prepareRenewal(directory, nodes);
  report('renewing the ordering node');
  await announceConsenter(site, state, mspId, signal);
  await site.stopNode(`orderer.${mspId}`);
  await finishRenewal(layout.orderer);
  await site.startNode(`orderer.${mspId}`);
  await awaitConsenter(directory, state, nodes, signal);
  report('renewing the peer and the chaincode server');
  const servers = listNodes(state.members, state.servers)
    .filter(({ kind, nodes: owner }) => kind === 'chaincode' && owner.mspId === mspId)
    .map(({ name }) => name);
  for (const name of [`peer.${mspId}`, ...servers]) await site.stopNode(name);
  await finishRenewal(layout.chaincode);
  await finishRenewal(layout.peer);
  await renewConnections(layout.peer);
  for (const name of [...servers, `peer.${mspId}`]) await site.startNode(name);
  for (const folder of [layout.admin, layout.gateway]) await finishRenewal(folder);
  report('waiting until the members see each other');
  await awaitEndorsers(directory, endorsing, signal);
}

/**
 * Before the node has the new certificates: from then on until it does, its signatures do not count, and
 * the others order without it.
 */
async function announceConsenter(
  site: Site,
  state: NetworkState,
  mspId: string,
  signal: AbortSignal,
): Promise<void> {
  const { directory } = site;
  const waiting = join(layoutMember(directory, mspId).orderer, WAITING);
  const certificates = {
    identity: await readFile(join(waiting, 'msp', 'signcerts', 'cert.pem'), 'utf8'),
    tls: await readFile(join(waiting, 'tls', 'server.crt'), 'utf8'),
  };
  const others = state.members.filter((nodes) => nodes.mspId !== mspId);
  await updateChannel({ directory, admin: site.openAdmin(signal) }, state, others, async (group) =>
    recertifyConsenter(group, mspId, certificates),
  );
}

/** Until the node orders again, so that the next member's may be stopped. */
async function awaitConsenter(
  directory: string,
  { channel, members }: NetworkState,
  nodes: MemberNodes,
  signal: AbortSignal,
): Promise<void> {
  const other = members.find(({ mspId }) => mspId !== nodes.mspId)!;
  const { height } = await readParticipation(directory, other, channel);
  for (;;) {
    const found = await readParticipation(directory, nodes, channel).catch(() => undefined);
    const orders = found?.consensusRelation === 'consenter' && found.status === 'active';
    if (orders && found.height >= height) return;
    await sleep(POLL_MS, undefined, { signal });
  }
}

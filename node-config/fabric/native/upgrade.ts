/**
 * Members going over to another chaincode program. Each runs the new program beside the old one and
 * approves the definition that names it; the old one serves until enough have approved and the
 * definition is committed. Each step may be repeated.
 */
import { copyFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessAbsent } from '../../../gateway/src/identity/private-file.ts';
import { chooseMembers } from '../../../gateway/src/ledger/fabric/members.ts';
import { packProgram, versionOf } from '../chaincode-package.ts';
import { writePackageConnection } from '../generate.ts';
import { channelDirectory, layoutMember } from '../layout.ts';
import { openState, type Register, readRegister } from '../membership.ts';
import { formatEndorsementPolicy } from '../policy.ts';
import type { Site } from '../site.ts';
import type { Definition } from './admin.ts';
import { findMember } from './connect.ts';
import { HOST, packageFile } from './network.ts';
import { logFile, nextServer } from './nodes.ts';
import { findFreePorts } from './ports.ts';
import { awaitEndorsers } from './ready.ts';
import { type ChaincodeServer, type NetworkState, writeState } from './state.ts';

const PATIENCE_MS = 90_000;

/** Too few members have approved another program. */
export class NotApproved extends Error {
  override readonly name = 'NotApproved';
}

export interface Upgrade {
  /** Of the definition: tells the program. */
  readonly version: string;
  readonly sequence: number;
  /** Whether the definition is in force. */
  readonly committed: boolean;
  /** Members of the channel that have not approved it, or do not run it yet where it is in force. */
  readonly missing: readonly string[];
}

/**
 * Has a member run the program in `server`, an absolute path, beside what it runs, and approve it. Where
 * the definition is in force already, the member changes over at once.
 * @throws UnknownMember, UnknownProgram
 */
export async function upgradeMember(site: Site, mspId: string, server: string): Promise<Upgrade> {
  const { directory, report } = site;
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const admin = site.openAdmin(signal);
  const before = await openState(directory);
  const nodes = findMember(before, mspId, directory);
  const register = await readRegister(directory, before.members);
  const { version, bytes, id } = await packProgram(before.chaincode, server);
  const definition = describeDefinition(before, register, version);
  if (version === register.version && runsPresent(before, mspId)) {
    return changeOver(site, definition, signal);
  }
  report('starting the new program beside the old one');
  const { endpoint } = await startBeside(site, before, mspId, { server, packageId: id });
  await writePackageConnection(layoutMember(directory, mspId).peer, endpoint, id);
  report('installing and approving it');
  const file = labelledPackage(directory, id);
  await writeFile(file, bytes);
  await admin.install(nodes, file);
  await admin.approve(nodes, definition, id);
  if (version === register.version) return changeOver(site, definition, signal);
  const approvals = await admin.readApprovals(nodes, definition);
  return describeUpgrade(definition, before, (one) => approvals[one] === true, false);
}

/**
 * Commits the definition of the program that a majority of the channel's members has approved, and stops
 * the old program of those that run it. The others do not endorse until they go over too.
 * @throws NotApproved
 */
export async function commitUpgrade(site: Site): Promise<Upgrade> {
  const { directory, report } = site;
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const admin = site.openAdmin(signal);
  const state = await openState(directory);
  const register = await readRegister(directory, state.members);
  const versions = new Set(listNext(state).map(([, next]) => readVersion(state, next)));
  const standing: string[] = [];
  for (const version of versions) {
    const definition = describeDefinition(state, register, version);
    // Committed by an earlier try, or by members elsewhere.
    if (version === register.version) return changeOver(site, definition, signal);
    const approvals = await admin.readApprovals(state.members[0]!, definition);
    const approving = state.members.filter(({ mspId }) => approvals[mspId]);
    const names = approving.map(({ mspId }) => mspId);
    if (isEnough(names, state, register)) {
      report('committing the definition');
      await admin.commit(approving, definition);
      return changeOver(site, definition, signal);
    }
    standing.push(`${version} is approved by ${names.join(', ') || 'nobody'}`);
  }
  const said = standing.join('; ') || 'no member runs another program beside its present one';
  throw new NotApproved(`a majority of the channel's members must approve first: ${said}`);
}

/** Members that run another program beside their present one. */
const listNext = ({ members, servers }: NetworkState): (readonly [string, ChaincodeServer])[] =>
  members.flatMap(({ mspId }) => {
    const next = servers?.[nextServer(mspId)];
    return next ? [[mspId, next] as const] : [];
  });

/** Whether the member's server runs the program of the definition in force, and no other beside it. */
const runsPresent = ({ servers }: NetworkState, mspId: string): boolean =>
  !servers?.[`chaincode.${mspId}`] && !servers?.[nextServer(mspId)];

const readVersion = ({ chaincode }: NetworkState, { packageId }: ChaincodeServer) =>
  versionOf(chaincode, packageId);

const labelledPackage = (directory: string, packageId: string) =>
  join(channelDirectory(directory), `${packageId.slice(0, packageId.lastIndexOf(':'))}.tgz`);

/** The one in force if that is the version's, else the next; with the policy that the register says. */
function describeDefinition(
  { channel, chaincode }: NetworkState,
  register: Register,
  version: string,
): Definition {
  const counted = register.members.filter(({ status }) => status === 'ACTIVE');
  return {
    ...{ channel, name: chaincode, version },
    sequence: register.sequence + (version === register.version ? 0 : 1),
    policy: formatEndorsementPolicy(counted, register.endorsementThreshold),
  };
}

/** On a port of its own, unless the member runs it already. */
async function startBeside(
  { directory, startNode, stopNode }: Site,
  state: NetworkState,
  mspId: string,
  program: Omit<ChaincodeServer, 'endpoint'>,
): Promise<ChaincodeServer> {
  const name = nextServer(mspId);
  const known = state.servers?.[name];
  const isSame = known?.packageId === program.packageId;
  if (known && !isSame) await stopNode(name);
  const [port] = await findFreePorts(HOST, 1);
  const server = { ...program, endpoint: isSame ? known.endpoint : { host: HOST, port: port! } };
  await writeState(directory, { ...state, servers: { ...state.servers, [name]: server } });
  await startNode(name);
  return server;
}

/** More than half of the channel's members, as `LifecycleEndorsement` asks, and they can endorse an act. */
function isEnough(
  names: readonly string[],
  { members }: NetworkState,
  register: Register,
): boolean {
  const able = register.members
    .filter(({ mspId, status }) => status === 'ACTIVE' && names.includes(mspId))
    .map(({ mspId, kind }) => ({ mspId, state: kind === 'STATE' }));
  const policy = { threshold: register.endorsementThreshold, own: names[0] ?? '' };
  return names.length > members.length / 2 && chooseMembers(able, policy) !== undefined;
}

/** Stops the old program of those that run the one in force, once they endorse with that. */
async function changeOver(
  site: Site,
  definition: Definition,
  signal: AbortSignal,
): Promise<Upgrade> {
  const { directory, report } = site;
  const state = await openState(directory);
  const ready = listNext(state).filter(
    ([, next]) => readVersion(state, next) === definition.version,
  );
  const names = ready.map(([mspId]) => mspId);
  // It runs it already, and so do all others that can.
  const goneOver = (at: NetworkState) => (one: string) => !at.servers?.[`chaincode.${one}`];
  if (names.length === 0) return describeUpgrade(definition, state, goneOver(state), true);
  report('waiting until the new program endorses');
  await awaitEndorsers(
    directory,
    state.members.filter(({ mspId }) => names.includes(mspId)),
    signal,
  );
  report('stopping the old program');
  for (const name of names) {
    await site.stopNode(`chaincode.${name}`);
    const [from, to] = [nextServer(name), `chaincode.${name}`];
    await unlessAbsent(rename(logFile(directory, from), logFile(directory, to)));
  }
  const after = replaceServers(state, new Map(ready));
  await copyFile(labelledPackage(directory, after.packageId), packageFile(directory, after));
  await writeState(directory, after);
  return describeUpgrade(definition, after, goneOver(after), true);
}

/** The servers beside the old ones take their places; the other members keep what they run. */
export function replaceServers(
  state: NetworkState,
  ready: ReadonlyMap<string, ChaincodeServer>,
): NetworkState {
  const { server, packageId } = ready.values().next().value ?? state;
  const servers = { ...state.servers };
  const processes = { ...state.processes };
  const members = state.members.map((nodes) => {
    const [present, next] = [`chaincode.${nodes.mspId}`, nextServer(nodes.mspId)];
    const replacing = ready.get(nodes.mspId);
    if (!replacing) {
      const { chaincode: endpoint } = nodes;
      servers[present] ??= { server: state.server, packageId: state.packageId, endpoint };
      if (servers[present].packageId === packageId) delete servers[present];
      return nodes;
    }
    processes[present] = processes[next]!;
    delete processes[next];
    delete servers[next];
    delete servers[present];
    return { ...nodes, chaincode: replacing.endpoint };
  });
  return { ...state, server, packageId, members, servers, processes };
}

const describeUpgrade = (
  { version, sequence }: Definition,
  { members }: NetworkState,
  isPart: (mspId: string) => boolean,
  committed: boolean,
): Upgrade => ({
  ...{ version, sequence, committed },
  missing: members.map(({ mspId }) => mspId).filter((mspId) => !isPart(mspId)),
});

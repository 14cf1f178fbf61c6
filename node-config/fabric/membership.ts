/**
 * What the members decided about a member, carried out on their network. The decision itself is on
 * the ledger; without it nothing is done here. Each step may be repeated.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parameterKey } from '@tabellion/chaincode/member/key';
import { type MemberRecord, parameterRecord } from '@tabellion/chaincode/member/record';
import { parseCanonical } from '@tabellion/proof';
import { readKey } from '../../gateway/src/evidence/ledger-reader.ts';
import { readFacts } from '../../gateway/src/ledger/fabric/facts.ts';
import { LedgerError } from '../../gateway/src/ledger/port.ts';
import { readMember } from '../../gateway/src/node/fabric-member.ts';
import { versionOf } from './chaincode-package.ts';
import { admitMember as admit, decodeConfig, encodeUpdate, revokeAt } from './channel-update.ts';
import { encodeGenesisBlock } from './genesis.ts';
import { channelDirectory } from './layout.ts';
import type { Admin } from './native/admin.ts';
import { connectMember, describeMember, UnknownMember } from './native/connect.ts';
import { packageFile } from './native/network.ts';
import { NODE_KINDS } from './native/nodes.ts';
import { awaitEndorsers } from './native/ready.ts';
import { type NetworkState, readState, writeState } from './native/state.ts';
import { formatEndorsementPolicy } from './policy.ts';
import type { Site } from './site.ts';
import type { MemberNodes, NetworkTerms } from './topology.ts';

const PATIENCE_MS = 90_000;

/** The members have not voted for what is asked. */
export class NotDecided extends Error {
  override readonly name = 'NotDecided';
}

type Status = MemberRecord['status'];

/** The register of members and what it says of thresholds, read by an established member. */
export interface Register {
  readonly members: readonly MemberRecord[];
  readonly endorsementThreshold: number;
  readonly timeWindowSeconds: number;
  /** Of the chaincode's definition in force. */
  readonly sequence: number;
  /** Of the same: tells the program that members run as the chaincode. */
  readonly version: string;
}

/**
 * Makes the member's nodes, takes its organisation and its ordering node into the channel by the
 * signatures of the other members' administrators, and commits the endorsement policy that counts it.
 * @throws NotDecided unless the register says that it is an active member.
 */
export async function admitMember(site: Site, mspId: string): Promise<void> {
  const { directory, report } = site;
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const admin = site.openAdmin(signal);
  const before = await openState(directory);
  const established = before.members.filter((nodes) => nodes.mspId !== mspId);
  const register = await readRegister(directory, established, mspId);
  assertStatus(register, mspId, 'ACTIVE');
  report('generating identities and configuration');
  const { state, nodes } = await prepareMember(site, before, register, mspId);
  report('updating the channel');
  const configBlock = await updateChannel({ directory, admin }, state, established, (group) =>
    group.getGroupsMap().get('Application')?.getGroupsMap().has(mspId)
      ? Promise.resolve(group)
      : describeComplete(directory, state, register).then((all) => admit(group, all, mspId)),
  );
  report('starting nodes');
  for (const kind of NODE_KINDS) await site.startNode(`${kind}.${mspId}`);
  await admin.joinOrderer(nodes, state.channel, configBlock);
  await admin.joinPeer(nodes);
  await admin.install(nodes, packageFile(directory, state));
  report('committing the new definition');
  await commitDefinition(admin, state, register);
  report('waiting until the members see each other');
  await awaitEndorsers(directory, listEndorsing(state, register), signal);
}

/**
 * Commits the endorsement policy over the members that are active, when `mspId` has become so or has
 * ceased to be. Returns the sequence of the definition.
 * @throws NotDecided unless the register says the status.
 */
export async function redefine(site: Site, mspId: string, status: Status): Promise<number> {
  const { directory } = site;
  const state = await openState(directory);
  const others = state.members.filter((nodes) => nodes.mspId !== mspId);
  if (others.length === state.members.length) throw new UnknownMember(`no member ${mspId}`);
  const register = await readRegister(directory, others, mspId);
  assertStatus(register, mspId, status);
  const admin = site.openAdmin(AbortSignal.timeout(PATIENCE_MS));
  const active = status === 'ACTIVE' ? state.members : others;
  return commitDefinition(admin, { ...state, members: active }, register);
}

/** Puts the revocation list of a member's authority in force. Returns whether it was not so before. */
export async function publishRevocations(site: Site, mspId: string): Promise<boolean> {
  const { directory } = site;
  const state = await openState(directory);
  const own = state.members.filter((nodes) => nodes.mspId === mspId);
  if (own.length === 0) throw new UnknownMember(`no member ${mspId}`);
  const revoked = await site.readRevocations(mspId);
  const admin = site.openAdmin(AbortSignal.timeout(PATIENCE_MS));
  let isNew = false;
  // The member's own administrator decides about its own organisation.
  await updateChannel({ directory, admin }, state, own, async (group) => {
    const updated = revokeAt(group, mspId, revoked);
    isNew = encodeUpdate(state.channel, group, updated) !== null;
    return updated;
  });
  return isNew;
}

/** @throws NotDecided unless the members' register says the status. */
export async function assertDecided(
  directory: string,
  mspId: string,
  status: Status,
): Promise<void> {
  const { members } = await openState(directory);
  const others = members.filter((nodes) => nodes.mspId !== mspId);
  assertStatus(await readRegister(directory, others, mspId), mspId, status);
}

/** @throws UnknownMember where no network is up. */
export async function openState(directory: string): Promise<NetworkState> {
  const state = await readState(directory);
  if (!state?.ready) throw new UnknownMember(`no network is up in ${directory}`);
  return state;
}

export async function readRegister(
  directory: string,
  established: readonly MemberNodes[],
  candidate?: string,
): Promise<Register> {
  const { servers = {} } = await openState(directory);
  // Who has not gone over to the present program cannot ask it.
  const able = established.find((nodes) => !servers[`chaincode.${nodes.mspId}`]);
  const { mspId } = able ?? established[0]!;
  const { service } = await describeMember(directory, mspId);
  const policy = { members: [], endorsementThreshold: 1 };
  const ledger = await connectMember({ directory, mspId, ...policy });
  try {
    const ids = established.map((nodes) => nodes.mspId).concat(candidate ?? []);
    const read = async (name: 'endorsementThreshold' | 'timeWindowSeconds') =>
      parameterRecord.parse(
        parseCanonical(await readKey(ledger, service, parameterKey(name)).catch(explainUnfounded)),
      ).value;
    const members = await Promise.all(ids.map((id) => readMember(ledger, service, id)));
    const { sequence, version } = (await readFacts(ledger)).definitions.at(-1)!;
    return {
      members: members.filter((member) => member !== undefined),
      endorsementThreshold: await read('endorsementThreshold'),
      timeWindowSeconds: await read('timeWindowSeconds'),
      ...{ sequence, version },
    };
  } finally {
    await ledger.close();
  }
}

function explainUnfounded(cause: unknown): never {
  if (!(cause instanceof LedgerError && cause.contractCode === 'NOT_FOUND')) throw cause;
  const text = 'the consortium is not founded yet: start a member’s gateway first (scripts/start)';
  throw new NotDecided(text, { cause });
}

/** Members whose peers endorse: they are active, and run the program in force. */
export const listEndorsing = (
  { members, servers = {} }: NetworkState,
  register: Register,
): MemberNodes[] =>
  members.filter(
    ({ mspId }) =>
      !servers[`chaincode.${mspId}`] &&
      register.members.some((one) => one.mspId === mspId && one.status === 'ACTIVE'),
  );

function assertStatus({ members }: Register, mspId: string, status: Status): void {
  const found = members.find((member) => member.mspId === mspId)?.status;
  if (found === status) return;
  const stands = found ? `is ${found}` : 'is no member';
  throw new NotDecided(`the members have not decided so: in their register ${mspId} ${stands}`);
}

/** What is there from an earlier try is kept. */
async function prepareMember(
  site: Site,
  state: NetworkState,
  register: Register,
  mspId: string,
): Promise<{ readonly state: NetworkState; readonly nodes: MemberNodes }> {
  const known = state.members.find((nodes) => nodes.mspId === mspId);
  if (known) return { state, nodes: known };
  const consenterId = Math.max(...state.members.map((nodes) => nodes.consenterId)) + 1;
  const terms = describeTerms(state, register);
  const { packageId } = state;
  const nodes = await site.makeMember({ mspId, consenterId, terms, packageId });
  const next = { ...state, members: [...state.members, nodes] };
  await writeState(site.directory, next);
  return { state: next, nodes };
}

function describeTerms({ channel, chaincode }: NetworkState, register: Register): NetworkTerms {
  const { members, endorsementThreshold, timeWindowSeconds } = register;
  const parameters = { endorsementThreshold, timeWindowSeconds };
  return { channel, chaincode, members, parameters };
}

/** The configuration that a channel of all these members would begin with. */
async function describeComplete(directory: string, state: NetworkState, register: Register) {
  const topology = { consortium: describeTerms(state, register), members: state.members };
  return decodeConfig(await encodeGenesisBlock(directory, topology)).getChannelGroup()!;
}

type Group = NonNullable<ReturnType<ReturnType<typeof decodeConfig>['getChannelGroup']>>;

/** Returns the file of the configuration block in force afterwards. */
export async function updateChannel(
  { directory, admin }: { readonly directory: string; readonly admin: Admin },
  { channel }: NetworkState,
  signers: readonly MemberNodes[],
  edit: (group: Group) => Promise<Group>,
): Promise<string> {
  const file = (name: string) => join(channelDirectory(directory), name);
  const configBlock = file('config.block');
  const fetchConfig = async () => {
    await admin.fetchConfig(signers[0]!, channel, configBlock);
    return decodeConfig(await readFile(configBlock));
  };
  const original = (await fetchConfig()).getChannelGroup()!;
  const update = encodeUpdate(channel, original, await edit(original));
  if (update) {
    await writeFile(file('update.pb'), update);
    await admin.updateChannel(signers, channel, file('update.pb'));
    await fetchConfig();
  }
  return configBlock;
}

/** Approved by every member that is to count, committed by their peers. */
async function commitDefinition(
  admin: Admin,
  { members, channel, chaincode, packageId }: NetworkState,
  register: Register,
): Promise<number> {
  const counted = register.members.filter(({ status }) => status === 'ACTIVE');
  const approving = members.filter(({ mspId }) => counted.some((one) => one.mspId === mspId));
  const sequence = register.sequence + 1;
  const policy = formatEndorsementPolicy(counted, register.endorsementThreshold);
  const version = versionOf(chaincode, packageId);
  const definition = { channel, name: chaincode, version, sequence, policy };
  await Promise.all(approving.map((nodes) => admin.approve(nodes, definition, packageId)));
  await admin.commit(approving, definition);
  return sequence;
}

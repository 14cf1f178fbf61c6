/**
 * What the members decided about a member, carried out on the network of this machine. The decision
 * itself is on the ledger; without it nothing is done here. Each step may be repeated.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parameterKey } from '@tabellion/chaincode/member/key';
import { type MemberRecord, parameterRecord } from '@tabellion/chaincode/member/record';
import { parseCanonical } from '@tabellion/proof';
import { readKey } from '../../../gateway/src/evidence/ledger-reader.ts';
import { MemberCa } from '../../../gateway/src/identity/ca.ts';
import { readFacts } from '../../../gateway/src/ledger/fabric/facts.ts';
import { readMember } from '../../../gateway/src/node/fabric-member.ts';
import { admitMember as admit, decodeConfig, encodeUpdate, revokeAt } from '../channel-update.ts';
import { generateMember } from '../generate.ts';
import { encodeGenesisBlock } from '../genesis.ts';
import { channelDirectory, layoutMember } from '../layout.ts';
import { formatEndorsementPolicy } from '../policy.ts';
import { countPorts, type MemberNodes, type NetworkTerms, planLocalTopology } from '../topology.ts';
import { type Admin, createAdmin } from './admin.ts';
import { connectMember, describeMember, UnknownMember } from './connect.ts';
import { type NetworkOptions, startNode } from './network.ts';
import { NODE_KINDS } from './nodes.ts';
import { findFreePorts } from './ports.ts';
import { awaitEndorsers } from './ready.ts';
import { type NetworkState, readState, writeState } from './state.ts';

const HOST = '127.0.0.1';
const PATIENCE_MS = 90_000;

/** The members have not voted for what is asked. */
export class NotDecided extends Error {
  override readonly name = 'NotDecided';
}

interface Options extends NetworkOptions {
  readonly report?: (step: string) => void;
}

type Status = MemberRecord['status'];

/** The register of members and what it says of thresholds, read by an established member. */
interface Register {
  readonly members: readonly MemberRecord[];
  readonly endorsementThreshold: number;
  readonly timeWindowSeconds: number;
  /** Of the chaincode's definition in force. */
  readonly sequence: number;
}

/**
 * Makes the member's nodes, takes its organisation and its ordering node into the channel by the
 * signatures of the other members' administrators, and commits the endorsement policy that counts it.
 * @throws NotDecided unless the register says that it is an active member.
 */
export async function admitMember(options: Options, mspId: string): Promise<void> {
  const { directory, binaries, report = () => undefined } = options;
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const admin = createAdmin(directory, binaries, signal);
  const before = await openState(directory);
  const established = before.members.filter((nodes) => nodes.mspId !== mspId);
  const register = await readRegister(directory, established, mspId);
  assertDecided(register, mspId, 'ACTIVE');
  report('generating identities and configuration');
  const { state, nodes } = await prepareMember(directory, before, register, mspId);
  report('updating the channel');
  const configBlock = await updateChannel({ directory, admin }, state, established, (group) =>
    group.getGroupsMap().get('Application')?.getGroupsMap().has(mspId)
      ? Promise.resolve(group)
      : describeComplete(directory, state, register).then((all) => admit(group, all, mspId)),
  );
  report('starting nodes');
  for (const kind of NODE_KINDS) await startNode(options, `${kind}.${mspId}`);
  await admin.joinOrderer(nodes, state.channel, configBlock);
  await admin.joinPeer(nodes);
  await admin.install(nodes, packageFile(directory, state));
  report('committing the new definition');
  await commitDefinition(admin, state, register);
  report('waiting until the members see each other');
  await awaitEndorsers(directory, state.members, signal);
}

/**
 * Commits the endorsement policy over the members that are active, when `mspId` has become so or has
 * ceased to be. Returns the sequence of the definition.
 * @throws NotDecided unless the register says the status.
 */
export async function redefine(options: Options, mspId: string, status: Status): Promise<number> {
  const { directory, binaries } = options;
  const state = await openState(directory);
  const others = state.members.filter((nodes) => nodes.mspId !== mspId);
  if (others.length === state.members.length) throw new UnknownMember(`no member ${mspId}`);
  const register = await readRegister(directory, others, mspId);
  assertDecided(register, mspId, status);
  const admin = createAdmin(directory, binaries, AbortSignal.timeout(PATIENCE_MS));
  const active = status === 'ACTIVE' ? state.members : others;
  return commitDefinition(admin, { ...state, members: active }, register);
}

/** Puts the revocation list of a member's authority in force. Returns whether it was not so before. */
export async function publishRevocations(options: Options, mspId: string): Promise<boolean> {
  const { directory, binaries } = options;
  const state = await openState(directory);
  const own = state.members.filter((nodes) => nodes.mspId === mspId);
  if (own.length === 0) throw new UnknownMember(`no member ${mspId}`);
  const authority = layoutMember(directory, mspId).ca;
  const ca = await MemberCa.open({ directory: authority, mspId, embedded: false });
  const admin = createAdmin(directory, binaries, AbortSignal.timeout(PATIENCE_MS));
  let isNew = false;
  // The member's own administrator decides about its own organisation.
  await updateChannel({ directory, admin }, state, own, async (group) => {
    const updated = revokeAt(group, mspId, ca.crl());
    isNew = encodeUpdate(state.channel, group, updated) !== null;
    return updated;
  });
  return isNew;
}

async function openState(directory: string): Promise<NetworkState> {
  const state = await readState(directory);
  if (!state?.ready) throw new UnknownMember(`no network is up in ${directory}`);
  return state;
}

async function readRegister(
  directory: string,
  established: readonly MemberNodes[],
  candidate: string,
): Promise<Register> {
  const { mspId } = established[0]!;
  const { service } = await describeMember(directory, mspId);
  const policy = { members: [], endorsementThreshold: 1 };
  const ledger = await connectMember({ directory, mspId, ...policy });
  try {
    const ids = [...established.map((nodes) => nodes.mspId), candidate];
    const read = async (name: 'endorsementThreshold' | 'timeWindowSeconds') =>
      parameterRecord.parse(parseCanonical(await readKey(ledger, service, parameterKey(name))))
        .value;
    const members = await Promise.all(ids.map((id) => readMember(ledger, service, id)));
    return {
      members: members.filter((member) => member !== undefined),
      endorsementThreshold: await read('endorsementThreshold'),
      timeWindowSeconds: await read('timeWindowSeconds'),
      sequence: (await readFacts(ledger)).definitions.at(-1)!.sequence,
    };
  } finally {
    await ledger.close();
  }
}

function assertDecided({ members }: Register, mspId: string, status: Status): void {
  const found = members.find((member) => member.mspId === mspId)?.status;
  if (found === status) return;
  const stands = found ? `is ${found}` : 'is no member';
  throw new NotDecided(`the members have not decided so: in their register ${mspId} ${stands}`);
}

/** Ports, keys and configuration of the new member; what is there from an earlier try is kept. */
async function prepareMember(
  directory: string,
  state: NetworkState,
  register: Register,
  mspId: string,
): Promise<{ readonly state: NetworkState; readonly nodes: MemberNodes }> {
  const known = state.members.find((nodes) => nodes.mspId === mspId);
  if (known) return { state, nodes: known };
  const terms = describeTerms(state, register);
  const single = { ...terms, members: terms.members.filter((member) => member.mspId === mspId) };
  const [planned] = planLocalTopology(
    single,
    HOST,
    await findFreePorts(HOST, countPorts(1)),
  ).members;
  const consenterId = Math.max(...state.members.map((nodes) => nodes.consenterId)) + 1;
  const nodes = { ...planned!, consenterId };
  const members = [...state.members, nodes];
  await generateMember(directory, { consortium: terms, members }, nodes);
  const next = { ...state, members };
  await writeState(directory, next);
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
async function updateChannel(
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

const packageFile = (directory: string, { chaincode }: NetworkState) =>
  join(channelDirectory(directory), `${chaincode}.tgz`);

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
  const definition = { channel, name: chaincode, version: '1', sequence, policy };
  await Promise.all(approving.map((nodes) => admin.approve(nodes, definition, packageId)));
  await admin.commit(approving, definition);
  return sequence;
}

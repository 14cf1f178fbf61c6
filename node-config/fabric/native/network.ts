/** A whole consortium on one machine: brought up, watched, stopped and started node by node. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ProgramPackage, packProgram } from '../chaincode-package.ts';
import { generateChannel, generateMember } from '../generate.ts';
import { readExpiry } from '../identities.ts';
import { channelDirectory, layoutMember } from '../layout.ts';
import { formatEndorsementPolicy } from '../policy.ts';
import { countPorts, type NetworkTerms, planLocalTopology } from '../topology.ts';
import { createAdmin } from './admin.ts';
import type { Binaries } from './binaries.ts';
import { assertAddress } from './machine.ts';
import {
  awaitListening,
  describeCommand,
  listNodes,
  logFile,
  type Node,
  NodeEnded,
} from './nodes.ts';
import { findFreePorts } from './ports.ts';
import { isRunning, startProcess, stopProcess } from './process.ts';
import { awaitEndorsers } from './ready.ts';
import { type NetworkState, readState, writeState } from './state.ts';

export const HOST = '127.0.0.1';
const READY_MS = 60_000;
const GRACE_MS = 8000;

export interface NetworkOptions {
  readonly directory: string;
  readonly binaries: Binaries;
}

export interface UpOptions extends NetworkOptions {
  readonly consortium: NetworkTerms;
  /** Program of the chaincode servers: an absolute path to a TypeScript file. */
  readonly server: string;
  readonly report?: (step: string) => void;
}

/**
 * Creates the network of `consortium`, or starts the stopped nodes of the one that is there already.
 * @throws with the step that failed; what was started by then still runs and is recorded.
 */
export async function bringUp(options: UpOptions): Promise<NetworkState> {
  const { directory, report = () => undefined } = options;
  const known = await readState(directory);
  if (known?.ready) return startAll(options, known);
  if (known) await tearDown(options);
  report('generating identities and configuration');
  const program = await packProgram(options.consortium.chaincode, options.server);
  const made = await generateNetwork(options, program);
  report('starting nodes');
  const state = await startAll(options, made);
  report('creating the channel and the chaincode definition');
  await establish(options, state, program);
  report('waiting until the members see each other');
  await awaitEndorsers(directory, state.members, AbortSignal.timeout(READY_MS));
  const ready = { ...state, ready: true };
  await writeState(directory, ready);
  return ready;
}

async function generateNetwork(
  { directory, consortium, server }: UpOptions,
  { id, bytes }: ProgramPackage,
): Promise<NetworkState> {
  const { channel, chaincode } = consortium;
  const ports = await findFreePorts(HOST, countPorts(consortium.members.length));
  const topology = planLocalTopology(consortium, HOST, ports);
  const state: NetworkState = {
    version: 1,
    ...{ channel, chaincode, server, packageId: id },
    members: topology.members,
    processes: {},
    ready: false,
  };
  await writeState(directory, state);
  await Promise.all(topology.members.map((nodes) => generateMember(directory, topology, nodes)));
  await generateChannel(directory, topology);
  await writeFile(packageFile(directory, state), bytes);
  return state;
}

/** The package that members install to run what the definition in force says. */
export const packageFile = (
  directory: string,
  { chaincode }: Pick<NetworkState, 'chaincode'>,
): string => join(channelDirectory(directory), `${chaincode}.tgz`);

async function establish(
  { directory, binaries, consortium }: UpOptions,
  { members, channel, chaincode, packageId }: NetworkState,
  { version }: ProgramPackage,
): Promise<void> {
  const admin = createAdmin(directory, binaries, AbortSignal.timeout(READY_MS));
  const file = packageFile(directory, { chaincode });
  await admin.createGenesisBlock(channel);
  await Promise.all([
    ...members.map((nodes) => admin.joinOrderer(nodes, channel)),
    ...members.map(async (nodes) => {
      await admin.joinPeer(nodes);
      await admin.install(nodes, file);
    }),
  ]);
  const definition = {
    channel,
    name: chaincode,
    version,
    sequence: 1,
    policy: formatEndorsementPolicy(consortium.members, consortium.parameters.endorsementThreshold),
  };
  await Promise.all(members.map((nodes) => admin.approve(nodes, definition, packageId)));
  await admin.commit(members, definition);
}

/** Starts every node that does not run. */
async function startAll(options: NetworkOptions, state: NetworkState): Promise<NetworkState> {
  return startNodes(options, state, listNodes(state.members, state.servers));
}

async function startNodes(
  { directory, binaries }: NetworkOptions,
  state: NetworkState,
  nodes: readonly Node[],
): Promise<NetworkState> {
  if (nodes.some(({ kind }) => kind === 'peer')) assertAddress();
  let processes = state.processes;
  for (const node of nodes) {
    const known = processes[node.name];
    if (known && (await isRunning(known))) continue;
    const ref = await startProcess(await describeCommand(directory, state, binaries, node));
    processes = { ...processes, [node.name]: ref };
    // Written after each: whatever interrupts this command, `down` knows what was started.
    await writeState(directory, { ...state, processes });
  }
  const signal = AbortSignal.timeout(READY_MS);
  await Promise.all(
    nodes.map(({ name, endpoint }) =>
      awaitListening(endpoint, signal, () => isRunning(processes[name]!)).catch((cause) => {
        if (!(cause instanceof NodeEnded)) throw cause;
        const text = `${name} ${cause.message}; why is in ${logFile(directory, name)}`;
        throw new NodeEnded(text, { cause });
      }),
    ),
  );
  return { ...state, processes };
}

/** Ends the processes that this network's commands started, and no others. */
export async function tearDown({ directory }: Pick<NetworkOptions, 'directory'>): Promise<void> {
  const state = await readState(directory);
  if (!state) return;
  await Promise.all(Object.values(state.processes).map((ref) => stopProcess(ref, GRACE_MS)));
}

/** `tearDown`, then removes what was generated: ledgers, keys, logs. */
export async function removeNetwork(options: Pick<NetworkOptions, 'directory'>): Promise<void> {
  await tearDown(options);
  for (const name of ['members', 'channel', 'logs', 'network.json']) {
    await rm(join(options.directory, name), { recursive: true, force: true });
  }
}

export class UnknownNode extends Error {
  override readonly name = 'UnknownNode';
}

async function findNode(directory: string, name: string): Promise<[NetworkState, Node]> {
  const state = await readState(directory);
  const nodes = state ? listNodes(state.members, state.servers) : [];
  const node = nodes.find((candidate) => candidate.name === name);
  if (!state || !node) {
    const known = nodes.map((candidate) => candidate.name).join(', ') || 'none, no network is here';
    throw new UnknownNode(`no node ${name}; nodes: ${known}`);
  }
  return [state, node];
}

/** @throws UnknownNode */
export async function startNode(options: NetworkOptions, name: string): Promise<void> {
  const [state, node] = await findNode(options.directory, name);
  await startNodes(options, state, [node]);
}

/** @throws UnknownNode */
export async function stopNode(
  { directory }: Pick<NetworkOptions, 'directory'>,
  name: string,
): Promise<void> {
  const [state] = await findNode(directory, name);
  const ref = state.processes[name];
  if (ref) await stopProcess(ref, GRACE_MS);
}

export interface NodeStatus extends Node {
  readonly pid: number | undefined;
  readonly running: boolean;
  /** When the first of its certificates ends, milliseconds. */
  readonly expires: number | undefined;
}

export async function describeNetwork(directory: string): Promise<NodeStatus[]> {
  const state = await readState(directory);
  if (!state) return [];
  return Promise.all(
    listNodes(state.members, state.servers).map(async (node) => {
      const ref = state.processes[node.name];
      const running = ref !== undefined && (await isRunning(ref));
      const expires = await readExpiry(layoutMember(directory, node.nodes.mspId)[node.kind]);
      return { ...node, pid: ref?.pid, running, expires };
    }),
  );
}

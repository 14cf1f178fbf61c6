/** The consortium in containers, by the project's `docker-compose.yml`, seen from this machine. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { makePrivateDirectory, unlessAbsent } from '../../../gateway/src/identity/private-file.ts';
import { channelDirectory, genesisBlock, layoutMember } from '../layout.ts';
import { UnknownNode } from '../native/network.ts';
import { listNodes } from '../native/nodes.ts';
import { type NetworkState, readState, writeState } from '../native/state.ts';
import { formatEndpoint, type MemberNodes } from '../topology.ts';
import { compose, type DockerNetwork, joinedFile, listContainers } from './compose.ts';
import { DockerError, findMissingImages, MissingDocker } from './engine.ts';
import { NETWORK, planDockerTopology, serviceOf } from './topology.ts';

const run = promisify(execFile);
const POLL_MS = 250;
const READY_MS = 60_000;

/** Of Hyperledger Fabric; the project's own is built from them and from Node.js. */
export const FABRIC_IMAGES = ['hyperledger/fabric-peer:3.1.5', 'hyperledger/fabric-orderer:3.1.5'];

/**
 * Does what `docker compose up --detach` does, and waits until the channel is ready.
 * @throws MissingDocker for an image that is not here and cannot be fetched; DockerError.
 */
export async function bringUp(network: DockerNetwork): Promise<NetworkState> {
  const { engine, report } = network;
  report('starting containers; the first time images are fetched and built');
  await compose(network, 'up', '-d').catch(async (error) => {
    const missing = await findMissingImages(engine, FABRIC_IMAGES);
    if (missing.length === 0) throw error;
    throw new MissingDocker(
      `${missing.join(', ')} not on this machine and not to be fetched; get them with \`docker pull\` from https://hub.docker.com/u/hyperledger`,
      { cause: error },
    );
  });
  report('creating the channel and the chaincode definition');
  return awaitChannel(network);
}

/**
 * Waits until the channel of a network that was started is ready, and writes down what it is now.
 * @throws DockerError
 */
export async function awaitChannel(network: DockerNetwork): Promise<NetworkState> {
  const { engine, directory } = network;
  const channel = await findContainer(network, 'channel');
  await engine.docker('wait', channel);
  // A container that never ran counts as ended with 0.
  const end = ['inspect', '--format', '{{.State.Status}} {{.State.ExitCode}}', channel];
  if ((await engine.docker(...end)) !== 'exited 0') {
    const { stdout, stderr } = await run('docker', ['logs', '--tail', '20', channel]);
    throw new DockerError(`the channel could not be created:\n${stdout}${stderr}`);
  }
  const state = await copyState(network, channel);
  await copyIdentities(network, channel, state);
  await writeState(directory, state);
  return state;
}

/** As the containers have it, but with the addresses at which this machine reaches the peers. */
async function copyState(network: DockerNetwork, channel: string): Promise<NetworkState> {
  const { engine, directory } = network;
  const fetched = join(directory, 'network.fetched');
  await makePrivateDirectory(directory);
  await mkdir(fetched, { recursive: true });
  await engine.docker('cp', `${channel}:${NETWORK}/network.json`, fetched);
  const state = (await readState(fetched))!;
  await rm(fetched, { recursive: true });
  const containers = await listContainers(network);
  const members = state.members.map((nodes) => {
    const published = containers.get(serviceOf('peer', nodes.mspId))?.published;
    return published ? { ...nodes, peer: published } : nodes;
  });
  return { ...state, members };
}

/** What the members' gateways need, once for each: a gateway adds to it. */
async function copyIdentities(
  network: DockerNetwork,
  channel: string,
  { members }: NetworkState,
): Promise<void> {
  const { engine, directory } = network;
  const known = genesisBlock(directory);
  const fetched = `${known}.new`;
  await mkdir(channelDirectory(directory), { recursive: true });
  await engine.docker('cp', `${channel}:${genesisBlock(NETWORK)}`, fetched);
  const before = await unlessAbsent(readFile(known));
  if (!before?.equals(await readFile(fetched))) {
    await rm(join(directory, 'members'), { recursive: true, force: true });
  }
  const containers = await listContainers(network);
  for (const { mspId } of members) {
    const to = layoutMember(directory, mspId);
    if (await unlessAbsent(readFile(join(to.peer, 'tls', 'ca.crt')))) continue;
    const container = containers.get(serviceOf('peer', mspId))?.id;
    if (!container) continue;
    const from = layoutMember(NETWORK, mspId);
    const copy = (source: string, target: string) =>
      engine.docker('cp', `${container}:${source}`, target);
    await rm(to.root, { recursive: true, force: true });
    await mkdir(join(to.peer, 'tls'), { recursive: true });
    for (const part of ['ca', 'msp', 'gateway'] as const) await copy(from[part], to[part]);
    // Last: where it is, all the rest is.
    await copy(join(from.peer, 'tls', 'ca.crt'), join(to.peer, 'tls', 'ca.crt'));
  }
  await rename(fetched, known);
}

async function findContainer(network: DockerNetwork, service: string): Promise<string> {
  const containers = await listContainers(network);
  const found = containers.get(service);
  if (found) return found.id;
  throw new UnknownNode(`no container of ${service} in the project ${network.project}`);
}

/** Of the consortium's file, and of those that joined. */
const listMembers = async ({
  directory,
  consortium,
}: DockerNetwork): Promise<readonly MemberNodes[]> =>
  (await readState(directory))?.members ?? planDockerTopology(consortium).members;

/** The service of a node, `<kind>.<mspId>`. @throws UnknownNode */
async function findService(network: DockerNetwork, name: string): Promise<string> {
  const known = listNodes(await listMembers(network)).map((node) => node.name);
  if (known.includes(name)) return name.toLowerCase();
  throw new UnknownNode(`no node ${name}; nodes: ${known.join(', ')}`);
}

const findNode = async (network: DockerNetwork, name: string): Promise<string> =>
  findContainer(network, await findService(network, name));

export interface ContainerStatus {
  /** As in a native network: `<kind>.<mspId>`. */
  readonly name: string;
  readonly address: string;
  readonly running: boolean;
}

export async function describeNetwork(network: DockerNetwork): Promise<ContainerStatus[]> {
  const containers = await listContainers(network);
  return listNodes(await listMembers(network)).flatMap(({ name, kind, nodes, endpoint }) => {
    const container = containers.get(serviceOf(kind, nodes.mspId));
    if (!container) return [];
    const { running, published = endpoint } = container;
    return [{ name, running, address: formatEndpoint(published) }];
  });
}

/** Stops all containers and keeps them. */
export const tearDown = (network: DockerNetwork): Promise<void> => compose(network, 'stop');

/** Removes containers and volumes, and what was written into the network's directory. */
export async function removeNetwork(network: DockerNetwork): Promise<void> {
  const { directory } = network;
  await compose(network, 'down', '--volumes', '--remove-orphans');
  for (const name of ['members', 'channel', 'network.json']) {
    await rm(join(directory, name), { recursive: true, force: true });
  }
  await rm(joinedFile(directory), { force: true });
}

/** @throws UnknownNode, DockerError */
export const stopNode = async (network: DockerNetwork, name: string): Promise<void> =>
  stopService(network, await findService(network, name));

/** @throws DockerError */
export const stopService = (network: DockerNetwork, service: string): Promise<void> =>
  compose(network, 'stop', service);

/** Starts a node, unless it runs, and waits until it listens. @throws UnknownNode, DockerError */
export const startNode = async (network: DockerNetwork, name: string): Promise<void> =>
  startService(network, await findService(network, name));

/** @throws DockerError */
export async function startService(network: DockerNetwork, service: string): Promise<void> {
  await compose(network, 'up', '-d', '--no-deps', '--no-recreate', service);
  const id = await findContainer(network, service);
  const health = () => network.engine.docker('inspect', '--format', '{{.State.Health.Status}}', id);
  for (const end = Date.now() + READY_MS; (await health()) !== 'healthy'; ) {
    if (Date.now() > end) throw new DockerError(`${service} does not become healthy`);
    await sleep(POLL_MS);
  }
}

/** Prints a node's log. @throws UnknownNode */
export async function printLog(network: DockerNetwork, name: string): Promise<void> {
  const child = spawn('docker', ['logs', await findNode(network, name)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  await once(child, 'exit');
}

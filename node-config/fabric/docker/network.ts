/** The consortium in containers, by the project's `docker-compose.yml`, seen from this machine. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { makePrivateDirectory, unlessAbsent } from '../../../gateway/src/identity/private-file.ts';
import { labelOf, packChaincode } from '../chaincode-package.ts';
import { channelDirectory, genesisBlock, layoutMember } from '../layout.ts';
import { UnknownNode } from '../native/network.ts';
import { listNodes } from '../native/nodes.ts';
import { type NetworkState, writeState } from '../native/state.ts';
import { type Endpoint, formatEndpoint, type NetworkTerms } from '../topology.ts';
import { DockerError, type Engine, findMissingImages, MissingDocker } from './engine.ts';
import { NETWORK, PEER_PORT, planDockerTopology, serviceOf } from './topology.ts';

const run = promisify(execFile);
const POLL_MS = 250;
const READY_MS = 60_000;
const OUTPUT_BYTES = 64 * 1024 * 1024;

/** Of Hyperledger Fabric; the project's own is built from them and from Node.js. */
export const FABRIC_IMAGES = ['hyperledger/fabric-peer:3.1.5', 'hyperledger/fabric-orderer:3.1.5'];

export interface DockerNetwork {
  readonly engine: Engine;
  /** Compose files; the first one's directory is the project's. */
  readonly files: readonly string[];
  /** Compose's project: the first part of the names of containers and volumes. */
  readonly project: string;
  /** What the compose files' variables are set to, besides this process's environment. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly consortium: NetworkTerms;
}

export interface DockerUpOptions extends DockerNetwork {
  /** Where the identities of the members' gateways are written, and how to reach their peers. */
  readonly directory: string;
  readonly report?: (step: string) => void;
}

/**
 * Does what `docker compose up --detach` does, and waits until the channel is ready.
 * @throws MissingDocker for an image that is not here and cannot be fetched; DockerError.
 */
export async function bringUp(options: DockerUpOptions): Promise<NetworkState> {
  const { engine, report = () => undefined } = options;
  report('starting containers; the first time images are fetched and built');
  await compose(options, 'up', '-d').catch(async (error) => {
    const missing = await findMissingImages(engine, FABRIC_IMAGES);
    if (missing.length === 0) throw error;
    throw new MissingDocker(
      `${missing.join(', ')} not on this machine and not to be fetched; get them with \`docker pull\` from https://hub.docker.com/u/hyperledger`,
      { cause: error },
    );
  });
  report('creating the channel and the chaincode definition');
  return awaitChannel(options);
}

/** Waits until the channel of a network that was started is ready. @throws DockerError */
export async function awaitChannel(options: DockerUpOptions): Promise<NetworkState> {
  const { engine, directory } = options;
  const channel = await findContainer(options, 'channel');
  await engine.docker('wait', channel);
  // A container that never ran counts as ended with 0.
  const end = ['inspect', '--format', '{{.State.Status}} {{.State.ExitCode}}', channel];
  if ((await engine.docker(...end)) !== 'exited 0') {
    const { stdout, stderr } = await run('docker', ['logs', '--tail', '20', channel]);
    throw new DockerError(`the channel could not be created:\n${stdout}${stderr}`);
  }
  await exportIdentities(options, channel);
  const state = await describeState(options);
  await writeState(directory, state);
  return state;
}

async function compose(
  { engine, files, project, environment }: DockerNetwork,
  ...args: string[]
): Promise<void> {
  const [program, ...first] = engine.compose;
  const chosen = ['-p', project, ...files.flatMap((file) => ['-f', file])];
  try {
    await run(program, [...first, ...chosen, ...args], {
      env: { ...process.env, ...environment },
      maxBuffer: OUTPUT_BYTES,
    });
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    const said = stderr.trim().split('\n').slice(-5).join(' | ') || message;
    throw new DockerError(`${engine.compose.join(' ')} ${args[0]}: ${said}`, { cause: error });
  }
}

/** Copies what the members' gateways need, once for each network: a gateway adds to it. */
async function exportIdentities(
  { engine, directory, consortium }: DockerUpOptions,
  container: string,
): Promise<void> {
  const copy = (from: string, to: string) => engine.docker('cp', `${container}:${from}`, to);
  const known = genesisBlock(directory);
  const fetched = `${known}.new`;
  await makePrivateDirectory(directory);
  await mkdir(channelDirectory(directory), { recursive: true });
  await copy(genesisBlock(NETWORK), fetched);
  const before = await unlessAbsent(readFile(known));
  if (before?.equals(await readFile(fetched))) return rm(fetched);
  await rm(join(directory, 'members'), { recursive: true, force: true });
  for (const { mspId } of consortium.members) {
    const from = layoutMember(NETWORK, mspId);
    const to = layoutMember(directory, mspId);
    await mkdir(join(to.peer, 'tls'), { recursive: true });
    for (const part of ['ca', 'msp', 'gateway'] as const) await copy(from[part], to[part]);
    await copy(join(from.peer, 'tls', 'ca.crt'), join(to.peer, 'tls', 'ca.crt'));
  }
  await rename(fetched, known);
}

/** As for a native network, with the addresses at which this machine reaches the peers. */
async function describeState(network: DockerNetwork): Promise<NetworkState> {
  const { channel, chaincode } = network.consortium;
  const containers = await listContainers(network);
  const members = planDockerTopology(network.consortium).members.map((nodes) => {
    const published = containers.get(serviceOf('peer', nodes.mspId))?.published;
    if (!published) throw new DockerError(`peer.${nodes.mspId} has no port on this machine`);
    return { ...nodes, peer: published };
  });
  const { id } = packChaincode(labelOf(chaincode));
  return {
    version: 1,
    ...{ channel, chaincode, members, server: '', packageId: id, processes: {}, ready: true },
  };
}

interface Container {
  readonly id: string;
  readonly running: boolean;
  /** Where a peer's clients reach it from this machine. */
  readonly published: Endpoint | undefined;
}

/** By service; those of `docker compose run` are not among them. */
async function listContainers({ engine, project }: DockerNetwork): Promise<Map<string, Container>> {
  const label = (name: string) => `label=com.docker.compose.${name}`;
  const fields = ['{{.Label "com.docker.compose.service"}}', '{{.ID}}', '{{.State}}', '{{.Ports}}'];
  const listed = await engine.docker(
    ...['ps', '--all', '--filter', `${label('project')}=${project}`],
    ...['--filter', `${label('oneoff')}=False`, '--format', fields.join('\t')],
  );
  const port = new RegExp(`127\\.0\\.0\\.1:(\\d+)->${PEER_PORT}/tcp`);
  return new Map(
    listed
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [service = '', id = '', state, ports = ''] = line.split('\t');
        const [, number] = port.exec(ports) ?? [];
        const published = number ? { host: '127.0.0.1', port: Number(number) } : undefined;
        return [service, { id, running: state === 'running', published }];
      }),
  );
}

async function findContainer(network: DockerNetwork, service: string): Promise<string> {
  const containers = await listContainers(network);
  const found = containers.get(service);
  if (found) return found.id;
  throw new UnknownNode(`no container of ${service} in the project ${network.project}`);
}

async function findNode(network: DockerNetwork, name: string): Promise<string> {
  const known = listNodes(planDockerTopology(network.consortium).members).map((node) => node.name);
  if (known.includes(name)) return findContainer(network, name.toLowerCase());
  throw new UnknownNode(`no node ${name}; nodes: ${known.join(', ')}`);
}

export interface ContainerStatus {
  /** As in a native network: `<kind>.<mspId>`. */
  readonly name: string;
  readonly address: string;
  readonly running: boolean;
}

export async function describeNetwork(network: DockerNetwork): Promise<ContainerStatus[]> {
  const containers = await listContainers(network);
  return listNodes(planDockerTopology(network.consortium).members).flatMap(
    ({ name, kind, nodes, endpoint }) => {
      const container = containers.get(serviceOf(kind, nodes.mspId));
      if (!container) return [];
      const { running, published = endpoint } = container;
      return [{ name, running, address: formatEndpoint(published) }];
    },
  );
}

/** Stops all containers and keeps them. */
export const tearDown = (network: DockerNetwork): Promise<void> => compose(network, 'stop');

/** Removes containers and volumes, and what was written into `directory`. */
export async function removeNetwork(network: DockerNetwork, directory: string): Promise<void> {
  await compose(network, 'down', '--volumes', '--remove-orphans');
  for (const name of ['members', 'channel', 'network.json']) {
    await rm(join(directory, name), { recursive: true, force: true });
  }
}

/** @throws UnknownNode, DockerError */
export async function stopNode(network: DockerNetwork, name: string): Promise<void> {
  await network.engine.docker('stop', await findNode(network, name));
}

/** Starts a node and waits until it listens. @throws UnknownNode, DockerError */
export async function startNode(network: DockerNetwork, name: string): Promise<void> {
  const { docker } = network.engine;
  const id = await findNode(network, name);
  await docker('start', id);
  const health = () => docker('inspect', '--format', '{{.State.Health.Status}}', id);
  for (const end = Date.now() + READY_MS; (await health()) !== 'healthy'; ) {
    if (Date.now() > end) throw new DockerError(`${name} does not become healthy`);
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

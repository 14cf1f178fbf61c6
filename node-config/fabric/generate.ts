/** Everything that one member needs, and the channel's first configuration, as files. */
import { access, chmod, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessAbsent, writeDurably } from '../../gateway/src/identity/private-file.ts';
import { formatConfigtx } from './configtx.ts';
import { writeIdentities } from './identities.ts';
import { channelDirectory, layoutMember } from './layout.ts';
import { formatOrdererConfig } from './orderer.ts';
import { formatPeerConfig } from './peer.ts';
import { type Endpoint, formatEndpoint, type MemberNodes, type Topology } from './topology.ts';

const BUILDER = join(import.meta.dirname, 'builder');

/**
 * Identities, configuration and builder of one member below `directory`; run on that member's
 * machine, since its private keys are made here. Nodes listen on `listenHost`, or on the hosts of
 * their endpoints.
 */
export async function generateMember(
  directory: string,
  topology: Topology,
  nodes: MemberNodes,
  listenHost?: string,
): Promise<void> {
  await writeIdentities(directory, nodes);
  const { peer, orderer } = layoutMember(directory, nodes.mspId);
  const builder = join(peer, 'builder');
  await cp(BUILDER, builder, { recursive: true });
  for (const step of ['detect', 'build', 'release']) await chmod(join(builder, 'bin', step), 0o755);
  await writeConnection(peer, nodes.chaincode);
  await writeFile(
    join(peer, 'core.yaml'),
    formatPeerConfig(topology, nodes, { builder, ...(listenHost !== undefined && { listenHost }) }),
  );
  await writeFile(join(orderer, 'orderer.yaml'), formatOrdererConfig(nodes, listenHost));
}

/** How the peer in `peer` reaches its member's chaincode server: TLS on both sides. */
async function writeConnection(peer: string, endpoint: Endpoint): Promise<void> {
  const connection = await formatConnection(peer, formatEndpoint(endpoint));
  await writeDurably(join(peer, 'builder', 'connection.json'), connection);
}

/** The same for the server of one package, beside those of others. */
export async function writePackageConnection(
  peer: string,
  endpoint: Endpoint,
  packageId: string,
): Promise<void> {
  const connection = await formatConnection(peer, formatEndpoint(endpoint));
  const label = packageId.slice(0, packageId.lastIndexOf(':'));
  await writeDurably(join(peer, 'builder', `connection-${label}.json`), connection);
  // Of a package that it had before, the peer has its own copy.
  const built = join(builds(peer), packageId.replace(':', '-'), 'release/chaincode/server');
  const isBuilt = await unlessAbsent(access(built).then(() => true));
  if (isBuilt) await writeDurably(join(built, 'connection.json'), connection);
}

const builds = (peer: string) => join(peer, 'data', 'externalbuilder', 'builds');

async function formatConnection(peer: string, address: string): Promise<string> {
  const read = (name: string) => readFile(join(peer, 'tls', name), 'utf8');
  return JSON.stringify({
    address,
    dial_timeout: '10s',
    tls_required: true,
    client_auth_required: true,
    client_key: await read('server.key'),
    client_cert: await read('server.crt'),
    root_cert: await read('ca.crt'),
  });
}

/** Has what the peer knows of its chaincode servers rest on its present TLS certificate. */
export async function renewConnections(peer: string): Promise<void> {
  const builder = join(peer, 'builder');
  for (const name of await readdir(builder)) {
    if (!/^connection.*\.json$/.test(name)) continue;
    const { address } = JSON.parse(await readFile(join(builder, name), 'utf8'));
    await writeDurably(join(builder, name), await formatConnection(peer, address));
  }
  // The peer keeps copies with its built packages, and builds those anew that it does not find.
  await rm(builds(peer), { recursive: true, force: true });
}

/** Needs the members' public files: their `msp` directories and their ordering nodes' certificates. */
export async function generateChannel(directory: string, topology: Topology): Promise<void> {
  const channel = channelDirectory(directory);
  await mkdir(channel, { recursive: true });
  await writeFile(join(channel, 'configtx.yaml'), formatConfigtx(topology));
}

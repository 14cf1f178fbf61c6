/** Everything that one member needs, and the channel's first configuration, as files. */
import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../../gateway/src/identity/private-file.ts';
import { formatConfigtx } from './configtx.ts';
import { writeIdentities } from './identities.ts';
import { channelDirectory, layoutMember } from './layout.ts';
import { formatOrdererConfig } from './orderer.ts';
import { formatPeerConfig } from './peer.ts';
import { formatEndpoint, type MemberNodes, type Topology } from './topology.ts';

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
  await writeDurably(join(builder, 'connection.json'), await formatConnection(peer, nodes));
  await writeFile(
    join(peer, 'core.yaml'),
    formatPeerConfig(topology, nodes, { builder, ...(listenHost !== undefined && { listenHost }) }),
  );
  await writeFile(join(orderer, 'orderer.yaml'), formatOrdererConfig(nodes, listenHost));
}

/** How the peer reaches its member's chaincode server: TLS on both sides. */
async function formatConnection(peer: string, { chaincode }: MemberNodes): Promise<string> {
  const read = (name: string) => readFile(join(peer, 'tls', name), 'utf8');
  return JSON.stringify({
    address: formatEndpoint(chaincode),
    dial_timeout: '10s',
    tls_required: true,
    client_auth_required: true,
    client_key: await read('server.key'),
    client_cert: await read('server.crt'),
    root_cert: await read('ca.crt'),
  });
}

/** Needs the members' public files: their `msp` directories and their ordering nodes' certificates. */
export async function generateChannel(directory: string, topology: Topology): Promise<void> {
  const channel = channelDirectory(directory);
  await mkdir(channel, { recursive: true });
  await writeFile(join(channel, 'configtx.yaml'), formatConfigtx(topology));
}

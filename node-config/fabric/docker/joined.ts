/**
 * Members that joined the consortium of `docker-compose.yml`: their containers stand in a Compose
 * file of this machine, after the pattern of a member that founded it.
 */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { unlessAbsent, writeDurably } from '../../../gateway/src/identity/private-file.ts';
import type { NodeKind } from '../layout.ts';
import { HOST } from '../native/network.ts';
import { findFreePorts } from '../native/ports.ts';
import { compose, type DockerNetwork, joinedFile } from './compose.ts';
import { NETWORK, PEER_PORT, serviceOf } from './topology.ts';

interface Service {
  readonly image?: string;
  readonly volumes: readonly string[];
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
}

const KINDS: readonly NodeKind[] = ['orderer', 'peer', 'chaincode'];

/** Adds the member's services and its volume to the network's Compose files; starts nothing. */
export async function addMember(network: DockerNetwork, mspId: string): Promise<void> {
  const { engine, files, project, directory, consortium } = network;
  const founding: ComposeFile = parse(await readFile(files[0]!, 'utf8'), { merge: true });
  const file = joinedFile(directory);
  const known = await unlessAbsent(readFile(file, 'utf8'));
  const [port] = await findFreePorts(HOST, 1);
  const added = describeMember(founding, consortium.members[0]!.mspId, mspId, port!);
  await writeDurably(file, JSON.stringify(known ? mergeFiles(JSON.parse(known), added) : added));
  // A volume takes its owner from what is in the image where it is mounted first, and the image knows
  // the founding members' directories only.
  await compose(network, 'run', '--rm', '-T', '--no-deps', 'channel', 'true');
  const volume = `${project}_${volumeOf(mspId)}:${NETWORK}/channel`;
  await engine.docker('run', '--rm', '-v', volume, founding.services.channel!.image!, 'true');
}

const volumeOf = (mspId: string) => mspId.toLowerCase();

/** `pattern` is the MSP ID of a member in `founding`; its peer's clients on this machine use `port`. */
function describeMember(
  founding: ComposeFile,
  pattern: string,
  mspId: string,
  port: number,
): ComposeFile {
  const nodes = KINDS.map((kind) => {
    const service = founding.services[serviceOf(kind, pattern)]!;
    const text = JSON.stringify({ ...service, volumes: [] }).replaceAll(pattern, mspId);
    const own = { ...JSON.parse(text), volumes: [mount(mspId)] };
    if (kind === 'peer') own.ports = [`${HOST}:${port}:${PEER_PORT}`];
    return [serviceOf(kind, mspId), own] as const;
  });
  return {
    services: { channel: { volumes: [mount(mspId)] }, ...Object.fromEntries(nodes) },
    volumes: { [volumeOf(mspId)]: null },
  };
}

const mount = (mspId: string) => `${volumeOf(mspId)}:${NETWORK}/members/${mspId}`;

const mergeFiles = (known: ComposeFile, added: ComposeFile): ComposeFile => ({
  services: {
    ...known.services,
    ...added.services,
    channel: {
      volumes: [...new Set([known, added].flatMap(({ services }) => services.channel!.volumes))],
    },
  },
  volumes: { ...known.volumes, ...added.volumes },
});

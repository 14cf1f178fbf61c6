/** The network of containers, for those who administer it from one that has every member's files. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateMember } from '../generate.ts';
import { layoutMember } from '../layout.ts';
import { type Admin, createAdmin } from '../native/admin.ts';
import { type Binaries, PROGRAMS } from '../native/binaries.ts';
import { joinChannel } from '../participation.ts';
import type { Site } from '../site.ts';
import type { MemberNodes, Topology } from '../topology.ts';
import type { Question } from './dialogue.ts';
import { EVERYWHERE, NETWORK, planDockerMember } from './topology.ts';

/** What chaincode servers run: of this project's image. */
export const SERVER = join(import.meta.dirname, '../../../chaincode/src/server.ts');

export interface SiteOptions {
  readonly report: (step: string) => void;
  /** Has this machine do what no container can. */
  readonly ask: (question: Question, of: string) => Promise<string>;
}

export const openSite = ({ report, ask }: SiteOptions): Site => ({
  directory: NETWORK,
  report,
  openAdmin,
  makeMember: async ({ mspId, consenterId, terms, packageId }) => {
    const nodes = planDockerMember(mspId, consenterId);
    await generateContainers({ consortium: terms, members: [nodes] }, nodes, packageId);
    return nodes;
  },
  startNode: async (name) => void (await ask('startNode', name)),
  stopNode: async (name) => void (await ask('stopNode', name)),
  readRevocations: (mspId) => ask('readRevocations', mspId),
});

const onPath = Object.fromEntries(PROGRAMS.map((name) => [name, name])) as Binaries;

/** With the `peer` program of the image; Fabric publishes no image with osnadmin. */
export const openAdmin = (signal: AbortSignal): Admin => ({
  ...createAdmin(NETWORK, onPath, signal),
  joinOrderer: (nodes, _channel, configBlock) => joinChannel(NETWORK, nodes, configBlock),
});

/** A member's keys and configuration, and what its chaincode server's container is started with. */
export async function generateContainers(
  topology: Topology,
  nodes: MemberNodes,
  packageId: string,
): Promise<void> {
  await generateMember(NETWORK, topology, nodes, EVERYWHERE);
  await writeFile(join(layoutMember(NETWORK, nodes.mspId).chaincode, 'package.id'), packageId);
}

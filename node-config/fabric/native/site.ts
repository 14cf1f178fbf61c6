/** The network of programs on this machine, for those who administer it. */
import { generateMember } from '../generate.ts';
import { readRevocationList } from '../revocations.ts';
import type { Site } from '../site.ts';
import { countPorts, planLocalTopology } from '../topology.ts';
import { createAdmin } from './admin.ts';
import { HOST, type NetworkOptions, startNode, stopNode } from './network.ts';
import { findFreePorts } from './ports.ts';

interface SiteOptions extends NetworkOptions {
  readonly report?: (step: string) => void;
}

export function openSite(options: SiteOptions): Site {
  const { directory, binaries, report = () => undefined } = options;
  return {
    directory,
    report,
    openAdmin: (signal) => createAdmin(directory, binaries, signal),
    makeMember: async ({ mspId, consenterId, terms }) => {
      const own = { ...terms, members: terms.members.filter((member) => member.mspId === mspId) };
      const ports = await findFreePorts(HOST, countPorts(1));
      const nodes = { ...planLocalTopology(own, HOST, ports).members[0]!, consenterId };
      await generateMember(directory, { consortium: terms, members: [nodes] }, nodes);
      return nodes;
    },
    startNode: (name) => startNode(options, name),
    stopNode: (name) => stopNode(options, name),
    readRevocations: (mspId) => readRevocationList(directory, mspId),
  };
}

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { loadConsortium } from '../../gateway/src/identity/consortium.ts';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import { planDockerTopology, serviceOf } from '../../node-config/fabric/docker/topology.ts';
import { enrolStranger } from '../conformance/embedded-network.ts';
import { CHECKS, runConformance } from '../conformance/ledger.suite.ts';
import { createComposeNetwork, docker } from './compose-network.ts';

const root = join(import.meta.dirname, '../..');
const consortium = await loadConsortium(join(root, 'node-config/consortium.yaml'));
const first = consortium.members[0]!.mspId;

describe('docker-compose.yml', async () => {
  const file = parse(await readFile(join(root, 'docker-compose.yml'), 'utf8'), { merge: true });

  it('has the nodes of the consortium and no other', () => {
    const nodes = planDockerTopology(consortium).members.flatMap(({ mspId }) =>
      (['orderer', 'peer', 'chaincode'] as const).map((kind) => serviceOf(kind, mspId)),
    );
    expect(Object.keys(file.services).toSorted()).toEqual(
      ['channel', 'config', ...nodes].toSorted(),
    );
    expect(Object.keys(file.services.channel.depends_on).toSorted()).toEqual(nodes.toSorted());
  });

  it('shows a node the files of its own member only', () => {
    for (const { mspId } of consortium.members) {
      for (const kind of ['orderer', 'peer', 'chaincode'] as const) {
        const { volumes, command } = file.services[serviceOf(kind, mspId)];
        expect(command[2]).toContain(`cd /network/members/${mspId}/${kind} `);
        const mounted = volumes.map((volume: string) => volume.split(':')[1]);
        expect(mounted).toEqual([`/network/members/${mspId}`]);
      }
    }
  });

  it('opens ports to this machine only, and runs nothing as root', () => {
    for (const [name, service] of Object.entries<Record<string, unknown>>(file.services)) {
      for (const port of (service.ports ?? []) as string[]) {
        expect(port, name).toMatch(/^127\.0\.0\.1:/);
      }
      if (!service.build) expect(service.user, name).toBe('1000:1000');
      expect(service.cap_drop, name).toEqual(['ALL']);
    }
  });
});

/** Serves the suite's contract in a consortium of two states and two others. */
async function createConformanceNetwork() {
  const directory = await mkdtemp(join(tmpdir(), 'tabellion-conformance-'));
  const source = join(root, 'node-config/consortium.yaml');
  const file = join(directory, 'consortium.yaml');
  const content = parse(await readFile(source, 'utf8'), { schema: 'failsafe' });
  content.members[2].kind = 'EXCHANGE';
  // Nothing of it is used here, and only one file is handed on.
  delete content.taxonomy;
  delete content.orders;
  await writeFile(file, stringify(content));
  const reference = join(root, 'node-config', content.reference);
  await writeFile(join(directory, content.reference), await readFile(reference));
  const changed = await loadConsortium(file);
  const oneShot = {
    environment: { TABELLION_CONSORTIUM: '/conformance/consortium.yaml' },
    volumes: ['consortium.yaml', content.reference].map(
      (name) => `${join(directory, name)}:/conformance/${name}:ro`,
    ),
  };
  const compose = parse(await readFile(join(root, 'docker-compose.yml'), 'utf8'));
  const serve = (service: string) => [
    service,
    {
      command: compose.services[service].command.map((part: string) =>
        part.replace('/app/chaincode/src/server.ts', '/app/test/fabric/conformance-server.ts'),
      ),
      volumes: [`${join(root, 'test')}:/app/test:ro`],
    },
  ];
  const network = await createComposeNetwork({
    consortium: changed,
    services: {
      ...{ config: oneShot, channel: oneShot },
      ...Object.fromEntries(
        changed.members.map(({ mspId }) => serve(serviceOf('chaincode', mspId))),
      ),
    },
  });
  return { directory, network, members: changed.members };
}

runConformance({
  name: 'containers',
  skip: docker.missing ? [{ reason: docker.missing, tests: CHECKS.map(({ name }) => name) }] : [],
  async open() {
    const { directory, network, members } = await createConformanceNetwork();
    const people = new Map<string, Promise<Signer>>();
    return {
      port: await network.connect(first),
      members: members.map(({ mspId, kind }) => ({ mspId, state: kind === 'STATE' })),
      person(mspId, role = 'investigator') {
        const name = `${mspId} ${role}`;
        const person = people.get(name) ?? network.enrol(mspId, role);
        people.set(name, person);
        return person;
      },
      stranger: (mspId) => enrolStranger(directory, mspId),
      async close() {
        await network[Symbol.asyncDispose]();
        await rm(directory, { recursive: true, force: true });
      },
    };
  },
});

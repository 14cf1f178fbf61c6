import { join } from 'node:path';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import { enrolStranger, TEST_MEMBERS } from '../conformance/embedded-network.ts';
import { CHECKS, runConformance } from '../conformance/ledger.suite.ts';
import { ALPHA } from './scenarios.ts';
import { createTestNetwork, fabric } from './test-network.ts';

const { missing } = fabric;

runConformance({
  name: 'fabric',
  skip: missing === undefined ? [] : [{ reason: missing, tests: CHECKS.map(({ name }) => name) }],
  async open() {
    const network = await createTestNetwork(join(import.meta.dirname, 'conformance-server.ts'));
    const people = new Map<string, Promise<Signer>>();
    return {
      port: await network.connect(ALPHA),
      members: TEST_MEMBERS,
      person(mspId, role = 'investigator') {
        const name = `${mspId} ${role}`;
        const person = people.get(name) ?? network.enrol(mspId, role);
        people.set(name, person);
        return person;
      },
      stranger: (mspId) => enrolStranger(network.directory, mspId),
      close: async () => network[Symbol.asyncDispose](),
    };
  },
});

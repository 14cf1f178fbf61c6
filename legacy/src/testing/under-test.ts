/** The Raft network with the conformance suite's contract, as that suite wants to see a ledger. */
import { join } from 'node:path';
import type { Signer } from '../../../gateway/src/ledger/act.ts';
import type { LedgerUnderTest } from '../../../test/conformance/client.ts';
import { enrolStranger, TEST_MEMBERS } from '../../../test/conformance/embedded-network.ts';
import type { TestNetwork } from '../../../test/fabric/test-network.ts';
import type { LegacyBinaries } from './binaries.ts';
import { createRaftNetwork } from './raft-network.ts';

const SERVER = join(import.meta.dirname, 'conformance-server.ts');

export interface RaftLedger extends LedgerUnderTest {
  readonly network: TestNetwork;
}

/** The port is that of the first member's gateway. */
export async function openRaftLedger(binaries: LegacyBinaries): Promise<RaftLedger> {
  const network = await createRaftNetwork(binaries, SERVER);
  const people = new Map<string, Promise<Signer>>();
  return {
    network,
    port: await network.connect(TEST_MEMBERS[0]!.mspId),
    members: TEST_MEMBERS,
    person(mspId) {
      const person = people.get(mspId) ?? network.enrol(mspId);
      people.set(mspId, person);
      return person;
    },
    stranger: (mspId) => enrolStranger(network.directory, mspId),
    close: async () => network[Symbol.asyncDispose](),
  };
}

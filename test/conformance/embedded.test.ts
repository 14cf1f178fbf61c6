import type { Signer } from '../../gateway/src/ledger/act.ts';
import { openEmbeddedLedger } from '../../gateway/src/ledger/embedded/ledger.ts';
import { contracts } from './contract.ts';
import { createTestConsortium, enrolStranger, TEST_MEMBERS } from './embedded-network.ts';
import { runConformance } from './ledger.suite.ts';

runConformance({
  name: 'embedded',
  async open() {
    const consortium = await createTestConsortium();
    const port = await openEmbeddedLedger({
      directory: `${consortium.directory}/ledger`,
      network: consortium.network,
    });
    port.install(contracts);
    const people = new Map<string, Promise<Signer>>();
    return {
      port,
      members: TEST_MEMBERS,
      person(mspId, role = 'investigator') {
        const name = `${mspId} ${role}`;
        const person = people.get(name) ?? consortium.enrol(mspId, role);
        people.set(name, person);
        return person;
      },
      stranger: (mspId) => enrolStranger(consortium.directory, mspId),
      async close() {
        await port.close();
        await consortium.remove();
      },
    };
  },
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import { Client, type LedgerUnderTest } from './client.ts';
import {
  createTestConsortium,
  enrolStranger,
  TEST_MEMBERS,
  type TestConsortium,
} from './embedded-network.ts';
import { CHECKS } from './ledger.suite.ts';
import { NaiveLedger } from './naive-ledger.ts';

/** What a map gets right by itself. */
const PASSED_BY_A_MAP = [
  'a committed value is read back',
  'the last of two writes of a key stands',
];

/** What a map must not get away with. */
const CAUGHT = [
  'an endorsed value that is not submitted is not there',
  'a transaction does not read its own writes',
  'an empty value deletes',
  'ranges come in byte order, non-ASCII and surrogate pairs included',
  'of two changes of one version the second is a conflict',
  'having read that a key is absent is a read too',
  'writing the same value again is a conflict',
  'a key inserted into a scanned range is a phantom',
  'a value changed in a scanned range is a phantom',
  'a key deleted from a scanned range is a phantom',
  'a missing private key has an empty hash',
  'the first write into a member’s collection needs that member’s peer',
  'a private value changed in between is a conflict',
  'one member’s endorsement writes nothing',
  'two members without a state write nothing',
  'endorsers that answer differently are refused',
  'a key’s own policy takes the chaincode’s place',
  'a write that races a change of its key’s policy fails',
  'a change of the policy alone gives the key a new version',
  'an altered proposal is refused',
  'a high-S signature is refused',
  'somebody whom the member did not enrol is refused',
  'a proposal from outside the time window is refused',
  'a committed transaction ID is not endorsed again',
  'a transaction that another person signed is not accepted',
  'what endorsers did not sign becomes invalid, though its creator signs it',
  'only valid transactions have events',
  'an attested read names one key, its version and the definition’s',
  'a write is not attested',
  'of two hand-overs of one item at once the second is a conflict',
  'an item is accepted with the receiver’s own peer, and not without',
];

describe('the suite finds a map out', () => {
  let consortium: TestConsortium;
  const people = new Map<string, Promise<Signer>>();
  beforeAll(async () => {
    consortium = await createTestConsortium();
  });
  afterAll(() => consortium?.remove());

  function createNaive(): LedgerUnderTest {
    return {
      port: new NaiveLedger(),
      members: TEST_MEMBERS,
      person(mspId, role = 'investigator') {
        const name = `${mspId} ${role}`;
        const person = people.get(name) ?? consortium.enrol(mspId, role);
        people.set(name, person);
        return person;
      },
      stranger: (mspId) => enrolStranger(consortium.directory, mspId),
      close: async () => {},
    };
  }

  async function runCheck(name: string): Promise<'passed' | 'caught'> {
    const found = CHECKS.find((candidate) => candidate.name === name);
    if (!found) throw new Error(`no such check: ${name}`);
    const client = await Client.create(createNaive());
    try {
      await found.run(client);
      return 'passed';
    } catch (error) {
      // A mistake of this test must not pass for a finding.
      if (error instanceof TypeError || error instanceof ReferenceError) throw error;
      return 'caught';
    }
  }

  it.each(PASSED_BY_A_MAP)('which can do this: %s', async (name) => {
    expect(await runCheck(name)).toBe('passed');
  });

  it.each(CAUGHT)('which cannot do this: %s', async (name) => {
    expect(await runCheck(name)).toBe('caught');
  });
});

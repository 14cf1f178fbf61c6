/** One member whose chaincode is not the one that all agreed on. */
import { join } from 'node:path';
import { parseCanonical, readTransaction } from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readKey } from '../../../gateway/src/evidence/ledger-reader.ts';
import { draftAcquisition } from '../../../gateway/src/evidence/testing.ts';
import type { Signer } from '../../../gateway/src/ledger/act.ts';
import type { Signed } from '../../../gateway/src/ledger/port.ts';
import { CN, DE, EXCHANGE } from '../gateway-world.ts';
import { errorOf, expectNothingWritten, MEMBERS, type World } from './world.ts';

const ALTERED = join(import.meta.dirname, 'altered-server.ts');
/** Acts whose endorsers nobody names: enough for every other member to be picked. */
const ACTS = 6;

export function describeAltered(world: () => World): void {
  describe.each([
    ['another member', DE],
    ['the client’s own member', CN],
  ])('altered chaincode at %s', (_, altered) => {
    const honest = MEMBERS.filter((mspId) => mspId !== altered);
    beforeAll(() => world().runProgram(altered, ALTERED), 60_000);
    afterAll(() => world().runProgram(altered), 60_000);

    it('is refused before anything is signed, and the member is named', async () => {
      for (const partner of honest) {
        const { signer, signed } = countSignatures(world().investigator);
        await expectNothingWrittenMeanwhile(async () => {
          const input = draftAcquisition('CN', 'cn-cpl-136');
          const endorsers = [altered, partner];
          const act = world().act('evidence:acquire', input, { signer, endorsers });
          const { code, message } = await errorOf(act);
          expect(code).toBe('ENDORSEMENT_MISMATCH');
          const named = `another answer to the same proposal by ${altered} from`;
          expect(message).toBe(`${named} ${honest.toSorted().join(', ')}`);
        });
        // The proposal, and no transaction.
        expect(signed).toHaveLength(1);
      }
    }, 60_000);

    it('is refused where it is the only one that was asked', async () => {
      const { signer, signed } = countSignatures(world().investigator);
      const input = draftAcquisition('CN', 'cn-cpl-136');
      const act = world().act('evidence:acquire', input, { signer, endorsers: [altered] });
      const { code, message } = await errorOf(act);
      expect(code).toBe('ENDORSEMENT_MISMATCH');
      expect(message).toContain('reason is not as asked for');
      expect(signed).toHaveLength(1);
    });

    it('endorses nothing that the other members commit', async () => {
      for (let round = 0; round < ACTS; round += 1) {
        const { id, endorsers } = await acquireWatched();
        expect(endorsers).not.toContain(altered);
        const { ledger, investigator } = world();
        const stored = await readKey(ledger(CN), investigator, `acquisition/${id}`);
        expect(parseCanonical(stored)).toMatchObject({ reason: 'Seized laptop' });
      }
    }, 60_000);

    it('is told to the operator', () => {
      const told = world().warnings.filter(({ member }) => member === altered);
      expect(told.length).toBeGreaterThan(0);
      const innocent = world().warnings.filter(({ member }) => member === EXCHANGE);
      expect(innocent).toEqual([]);
    });

    /** With endorsers that nobody named. */
    async function acquireWatched() {
      const ledger = world().ledger(CN);
      const endorsers: string[] = [];
      const port = {
        prepare: ledger.prepare.bind(ledger),
        endorse: ledger.endorse.bind(ledger),
        submit: (payload: Signed) => {
          const { endorsements } = readTransaction(payload.bytes);
          endorsers.push(...endorsements.map(({ endorser }) => endorser.mspId));
          return ledger.submit(payload);
        },
        status: ledger.status.bind(ledger),
      };
      const input = draftAcquisition('CN', 'cn-cpl-136');
      const { status } = await world().act('evidence:acquire', input, { port });
      expect(status.code).toBe('VALID');
      return { id: input.id, endorsers };
    }

    const expectNothingWrittenMeanwhile = (step: () => Promise<void>) =>
      expectNothingWritten(world(), step);
  });
}

function countSignatures(person: Signer) {
  const signed: Uint8Array[] = [];
  const sign = (bytes: Uint8Array) => {
    signed.push(bytes);
    return person.sign(bytes);
  };
  return { signer: { ...person, sign }, signed };
}

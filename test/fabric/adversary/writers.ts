/** Fifty clients that extend the same chain of batches at once, each without knowing of the others. */
import process from 'node:process';
import { batchRecord } from '@tabellion/chaincode/evidence/record';
import { parseCanonical } from '@tabellion/proof';
import { describe, expect, it } from 'vitest';
import { anchorBatch, forgetfulLog } from '../../../gateway/src/evidence/anchor.ts';
import { createLedgerReader, readKey } from '../../../gateway/src/evidence/ledger-reader.ts';
import type { ActPort } from '../../../gateway/src/ledger/act.ts';
import type { LedgerPort } from '../../../gateway/src/ledger/port.ts';
import { CN } from '../gateway-world.ts';
import { draftBatch, type World } from './world.ts';

const WRITERS = 50;

interface Tally {
  /** Endorsements asked for. */
  tries: number;
  /** Told by the endorsers that the chain had moved on. */
  refused: number;
  /** Ordered and found to be in conflict. */
  conflicts: number;
  milliseconds: number;
}

export function describeWriters(world: () => World): void {
  describe(`${WRITERS} writers at once on one record`, () => {
    it('all succeed, each once, in one chain without a gap', async () => {
      const ledger = world().ledger(CN);
      const acquisition = await world().acquire();
      const tallies: Tally[] = [];
      const began = Date.now();
      const reader = createLedgerReader(ledger, world().investigator);
      const write = async () => {
        const tally = { tries: 0, refused: 0, conflicts: 0, milliseconds: 0 };
        tallies.push(tally);
        const act = count(ledger, tally);
        const ports = { act, signer: world().investigator, reader, target: ledger };
        const content = draftBatch(acquisition);
        const log = forgetfulLog();
        for (;;) {
          try {
            const { digest } = await anchorBatch(content, ports, log);
            tally.milliseconds = Date.now() - began;
            return { digest, root: content.root };
          } catch (error) {
            // A machine that is too busy to answer: calling again with the same log is harmless.
            if (!['UNAVAILABLE', 'UNKNOWN'].includes((error as { code: string }).code)) throw error;
          }
        }
      };
      const outcomes = await Promise.allSettled(Array.from({ length: WRITERS }, write));
      for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'fulfilled' });
      const batches = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      report(tallies);

      const read = async (key: string) =>
        parseCanonical(await readKey(ledger, world().investigator, key));
      const records = await Promise.all(
        batches.map(async ({ digest, root }) => ({
          ...{ digest, root },
          record: batchRecord.parse(await read(`batch/${digest}`)),
        })),
      );
      records.sort((a, b) => a.record.sequence - b.record.sequence);
      let last: string | null = null;
      for (const [index, { digest, root, record }] of records.entries()) {
        expect(record).toMatchObject({ sequence: index + 1, previous: last, root });
        last = digest;
      }
      const head = { sequence: WRITERS, items: WRITERS, last };
      expect(await read(`head/${acquisition}`)).toMatchObject(head);
    }, 400_000);
  });
}

function count(ledger: LedgerPort, tally: Tally): ActPort {
  return {
    prepare: ledger.prepare.bind(ledger),
    endorse: async (signed, options) => {
      tally.tries += 1;
      try {
        return await ledger.endorse(signed, options);
      } catch (error) {
        if ((error as { contractCode?: string }).contractCode === 'CHAIN_CONFLICT')
          tally.refused += 1;
        throw error;
      }
    },
    submit: ledger.submit.bind(ledger),
    status: async (txId, options) => {
      const status = await ledger.status(txId, options);
      if (status.code === 'MVCC_READ_CONFLICT') tally.conflicts += 1;
      return status;
    },
  };
}

function report(tallies: readonly Tally[]): void {
  const total = (name: keyof Tally) => tallies.reduce((sum, tally) => sum + tally[name], 0);
  const spread = (name: keyof Tally) => {
    const sorted = tallies.map((tally) => tally[name]).toSorted((a, b) => a - b);
    return [0, 0.5, 0.95, 1].map((q) => sorted[Math.round(q * (sorted.length - 1))]).join(' / ');
  };
  const seconds = Math.max(...tallies.map(({ milliseconds }) => milliseconds)) / 1000;
  process.stdout.write(
    `${WRITERS} writers: ${seconds.toFixed(1)} s, ${(WRITERS / seconds).toFixed(1)} batches/s, ` +
      `${total('conflicts')} conflicts, ${total('refused')} refused by the contract; tries ` +
      `${spread('tries')}, milliseconds ${spread('milliseconds')} (least / median / p95 / most)\n`,
  );
}

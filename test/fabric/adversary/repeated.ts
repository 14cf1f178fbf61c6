/** One signed envelope, submitted more than once. */

import { describe, expect, it } from 'vitest';
import type { Signed } from '../../../gateway/src/ledger/port.ts';
import { CN, DE, SG } from '../gateway-world.ts';
import { listTransactions, refusalOf, type World } from './world.ts';

export function describeRepeated(world: () => World): void {
  describe('the same signed envelope', () => {
    /** Anchors a batch; `submit` sees the envelope instead of the ledger. */
    async function anchorBy(submit: (payload: Signed) => Promise<void>) {
      const ledger = world().ledger(CN);
      const acquisition = await world().acquire();
      const from = await ledger.height();
      const { txId, sequence } = await world().anchor(acquisition, {
        prepare: ledger.prepare.bind(ledger),
        endorse: ledger.endorse.bind(ledger),
        submit,
        status: ledger.status.bind(ledger),
      });
      expect(sequence).toBe(1);
      return { txId, acquisition, from };
    }

    /** The batch stands once, is followed by the second one, and what else was ordered is invalid. */
    async function expectOnce({ txId, acquisition, from }: Awaited<ReturnType<typeof anchorBy>>) {
      const next = await world().anchor(acquisition);
      expect(next.sequence).toBe(2);
      const { block } = await world().ledger(CN).status(next.txId);
      for (const mspId of [CN, SG]) {
        const ordered = await listTransactions(world().ledger(mspId), from, block);
        const codes = ordered.filter((one) => one.txId === txId).map(({ code }) => code);
        expect(codes[0], mspId).toBe('VALID');
        expect(new Set(codes.slice(1))).toEqual(
          new Set(codes.length > 1 ? ['DUPLICATE_TXID'] : []),
        );
      }
    }

    it('submitted twice to one peer at once is one transaction', async () => {
      const outcomes: string[] = [];
      const ledger = world().ledger(CN);
      const anchored = await anchorBy(async (payload) => {
        outcomes.push(
          ...(await Promise.all([
            refusalOf(ledger.submit(payload)),
            refusalOf(ledger.submit(payload)),
          ])),
        );
      });
      expect(outcomes).toContain('NONE');
      await expectOnce(anchored);
    });

    it('submitted to three members’ peers at once is one transaction', async () => {
      const outcomes: string[] = [];
      const ports = [CN, SG, DE].map((mspId) => world().ledger(mspId));
      const anchored = await anchorBy(async (payload) => {
        outcomes.push(...(await Promise.all(ports.map((port) => refusalOf(port.submit(payload))))));
      });
      expect(outcomes).toContain('NONE');
      for (const outcome of outcomes) {
        // Whatever the second is told leaves its fate open, so that its status is asked for.
        expect(['NONE', 'DUPLICATE_TRANSACTION', 'UNKNOWN']).toContain(outcome);
      }
      const statuses = await Promise.all(ports.map((port) => port.status(anchored.txId)));
      expect(new Set(statuses.map((status) => JSON.stringify(status))).size).toBe(1);
      await expectOnce(anchored);
    });

    it('submitted again after its commit, to another peer, is the same transaction still', async () => {
      let envelope: Signed | undefined;
      const ledger = world().ledger(CN);
      const anchored = await anchorBy((payload) => {
        envelope = payload;
        return ledger.submit(payload);
      });
      const first = await ledger.status(anchored.txId);
      const other = world().ledger(SG);
      expect(['NONE', 'DUPLICATE_TRANSACTION', 'UNKNOWN']).toContain(
        await refusalOf(other.submit(envelope!)),
      );
      expect(await other.status(anchored.txId)).toEqual(first);
      await expectOnce(anchored);
    });
  });
}

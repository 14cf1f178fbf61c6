/**
 * A transaction that was endorsed and then held back beyond the agreed window. Fabric looks at its time
 * when it is endorsed only, so it commits; projection and audit say that it is late.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { readBlock } from '@tabellion/proof';
import { pino } from 'pino';
import { beforeAll, describe, expect, it } from 'vitest';
import { auditLedger } from '../../../gateway/src/audit/audit.ts';
import type { LedgerPort, Signed } from '../../../gateway/src/ledger/port.ts';
import { createEventFeed } from '../../../gateway/src/projection/event-feed.ts';
import { createEvidenceView } from '../../../gateway/src/projection/evidence-view.ts';
import { startProjection } from '../../../gateway/src/projection/projection.ts';
import { CN } from '../gateway-world.ts';
import { WINDOW_MS, type World } from './world.ts';

/** `afterwards` registers the cases that may run while the answer is held back. */
export function describeHeldBack(world: () => World, meanwhile: () => void): void {
  let held: Signed & { readonly txId: string };
  let acquisition: string;
  let since: number;

  describe('an endorsed answer', () => {
    it('is held back', async () => {
      acquisition = await world().acquire();
      held = await endorseOnly(world(), acquisition);
      since = Date.now();
    });
  });

  meanwhile();

  describe('an endorsed answer that was held back beyond the window', () => {
    let late: { readonly txId: string; readonly block: number; readonly position: number };
    beforeAll(async () => {
      await sleep(Math.max(0, since + WINDOW_MS + 1000 - Date.now()));
      // What makes it late is the time of others that were committed before it.
      await world().acquire();
    }, WINDOW_MS + 60_000);

    it('commits: Fabric checks the time when it endorses only', async () => {
      const ledger = world().ledger(CN);
      await ledger.submit(held);
      const status = await ledger.status(held.txId);
      expect(status.code).toBe('VALID');
      late = status;
    });

    it('is shown as late by the projection, and it alone', async () => {
      const ledger = world().ledger(CN);
      const logger = pino({ level: 'silent' });
      const file = world().at('held-back.sqlite');
      const projection = await startProjection({ file, ledger, logger });
      try {
        await projection.catchUp(AbortSignal.timeout(60_000));
        const feed = createEventFeed(projection);
        expect(feed.find(late.block, late.position)).toMatchObject({ txId: held.txId, late: true });
        const view = createEvidenceView(projection.database);
        const flagged = view.listAcquisitions({ flag: 'LATE' }, { limit: 10 });
        expect(flagged.items.map(({ record }) => record.id)).toEqual([acquisition]);
      } finally {
        await projection.close();
      }
    }, 90_000);

    it('is a finding of the audit, and it alone', async () => {
      const ledger = world().ledger(CN);
      const blocks = readBlocks(ledger, await ledger.height());
      const trust = await world().trust();
      const { report, close } = await auditLedger({ blocks, trust, now: Date.now() });
      close();
      expect(report.break).toBeNull();
      expect(report.findingCounts.LATE_TRANSACTION).toBe(1);
      const { block, position, txId } = late;
      expect(report.findings).toContainEqual({
        ...{ code: 'LATE_TRANSACTION', subject: txId, block, transaction: position, txId },
      });
    }, 180_000);
  });
}

/** Anchors a batch up to the point of submission: the collector's second signature stays here. */
async function endorseOnly(world: World, acquisition: string) {
  let caught: Signed | undefined;
  const ledger = world.ledger(CN);
  const holding = {
    prepare: ledger.prepare.bind(ledger),
    endorse: ledger.endorse.bind(ledger),
    submit: async (payload: Signed) => {
      caught = payload;
    },
    status: async (txId: string) => ({ txId, code: 'VALID', block: 0, position: 0 }),
  };
  const { txId } = await world.anchor(acquisition, holding);
  return { ...caught!, txId };
}

async function* readBlocks(ledger: LedgerPort, height: number): AsyncGenerator<Uint8Array> {
  for await (const bytes of ledger.blocks(0)) {
    yield bytes;
    if (readBlock(bytes).number + 1 >= height) return;
  }
}

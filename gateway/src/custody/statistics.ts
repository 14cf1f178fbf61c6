/** What the papers promise, measured, with the definition of each figure beside it (EVD-23). */
import type { DatabaseSync } from 'node:sqlite';
import { custodyStatus, origin } from '@tabellion/chaincode/custody/record';
import { z } from 'zod';
import { tallyName } from '../projection/apply-custody.ts';

const number = z.int().min(0);
const byName = z.record(z.string(), number);
const handOvers = z.strictObject({
  offered: number,
  accepted: number,
  refused: number,
  withdrawn: number,
  open: number,
});
const rate = z.strictObject({
  of: number,
  outOf: number,
  /** Basis points, rounded down; null where there is nothing to divide by. */
  basisPoints: z.int().min(0).max(10_000).nullable(),
});

export const custodyStatistics = z.strictObject({
  items: z.strictObject({ byStatus: byName, byOrigin: byName }),
  handOvers: z.strictObject({ sameJurisdiction: handOvers, acrossBorders: handOvers }),
  retrieval: z.strictObject({ collections: rate, handOvers: rate }),
  objections: z.strictObject({ brought: number, unanswered: number, overdue: number }),
  definitions: z.record(z.string(), z.string()),
  height: z.int(),
});
export type CustodyStatistics = z.infer<typeof custodyStatistics>;

const DEFINITIONS = {
  scope:
    'Recorded cases only: what was never put on this ledger is in no figure, so real numbers are higher (dark figure).',
  'items.byStatus': 'Items with custody records of their own, by where they stand now.',
  'items.byOrigin':
    'The same items by how they came to be: anchored in a batch, seized as a thing, or derived from another item. Anchored items that never moved are not counted.',
  'handOvers.sameJurisdiction':
    'Offers from one person to another member or person of the same jurisdiction; each offer counts once, however it ended.',
  'handOvers.acrossBorders':
    'Offers to a member of another jurisdiction than the giver’s; offered = accepted + refused + withdrawn + open.',
  'retrieval.collections':
    'Success of retrieval by collection: cross-border acquisitions that were closed with at least one item, out of all that were closed. Those still open are in neither number.',
  'retrieval.handOvers':
    'Success of retrieval by hand-over: offers across a border that were accepted, out of those that were accepted, refused or withdrawn. Open ones are in neither number.',
  objections:
    'Objections brought on items or acquisitions; overdue ones are unanswered past their date by the time of the latest transaction.',
  recovery: 'The recovery rate of proceeds is not measured: no proceeds are recorded here.',
};

export function createCustodyStatistics(database: DatabaseSync) {
  const selectTally = database.prepare('SELECT number FROM tally WHERE name = ?');
  const selectClosed = database.prepare(
    `SELECT count(*) AS outOf, coalesce(sum(items > 0), 0) AS of FROM acquisition
     WHERE cross_border = 'YES' AND items IS NOT NULL`,
  );
  const selectObjections = database.prepare(
    `SELECT (SELECT count(*) FROM objection) AS brought,
       (SELECT count(*) FROM objection WHERE answered = 0) AS unanswered,
       (SELECT count(*) FROM objection WHERE answered = 0 AND answer_by < latest) AS overdue
     FROM progress`,
  );
  const count = (name: string) =>
    (selectTally.get(name) as { number: number } | undefined)?.number ?? 0;
  const countEach = (names: readonly string[], toName: (name: string) => string) =>
    Object.fromEntries(names.map((name) => [name, count(toName(name))]));
  const countHandOvers = (abroad: boolean) => {
    const of = (what: string) => count(tallyName.handOver(what, abroad));
    const [offered, accepted] = [of('offered'), of('accepted')];
    const [refused, withdrawn] = [of('refused'), of('withdrawn')];
    const open = offered - accepted - refused - withdrawn;
    return { offered, accepted, refused, withdrawn, open };
  };

  /** `height`: blocks that the projection rests on. */
  return (height: number): CustodyStatistics => {
    const acrossBorders = countHandOvers(true);
    const closed = selectClosed.get() as { of: number; outOf: number };
    const decided = acrossBorders.offered - acrossBorders.open;
    return {
      items: {
        byStatus: countEach(custodyStatus.options, tallyName.status),
        byOrigin: countEach(ORIGINS, tallyName.origin),
      },
      handOvers: { sameJurisdiction: countHandOvers(false), acrossBorders },
      retrieval: {
        collections: toRate(closed.of, closed.outOf),
        handOvers: toRate(acrossBorders.accepted, decided),
      },
      objections: selectObjections.get() as unknown as CustodyStatistics['objections'],
      definitions: DEFINITIONS,
      height,
    };
  };
}

const ORIGINS = origin.options.map(({ shape }) => shape.kind.value);

const toRate = (of: number, outOf: number) => ({
  of,
  outOf,
  basisPoints: outOf === 0 ? null : Math.floor((of * 10_000) / outOf),
});

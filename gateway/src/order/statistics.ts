/**
 * What became of the orders of a year, as Regulation (EU) 2023/1543 art. 28(2) has states collect it, as far
 * as this ledger knows; each figure with its definition beside it (ORD-20).
 */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { ORDER_SPANS, type OrderSpan } from '../projection/count-orders.ts';

const number = z.int().min(0);
const byName = z.record(z.string(), number);
const time = z.strictObject({
  orders: number,
  /** Seconds, rounded down; null where there is none. */
  meanSeconds: number.nullable(),
  medianSeconds: number.nullable(),
});

const profileFigures = z.strictObject({
  issued: number,
  emergency: number,
  byCategory: byName,
  byAddressee: byName,
  notified: number,
  fulfilled: number,
  open: number,
  endedOtherwise: byName,
  groundsRaised: byName,
  enforcementRequested: number,
  recognised: number,
  validatedAfterwards: number,
  neverValidated: number,
  times: z.record(z.enum(ORDER_SPANS), time),
});
type ProfileFigures = z.infer<typeof profileFigures>;

export const orderStatistics = z
  .strictObject({
    year: z.int(),
    issuer: z.string(),
    profiles: z.record(z.string(), profileFigures),
    definitions: z.record(z.string(), z.string()),
    height: z.int(),
  })
  .meta({ id: 'OrderStatistics' });
export type OrderStatistics = z.infer<typeof orderStatistics>;

const DEFINITIONS = {
  scope:
    'Orders that one member issued in a calendar year (UTC) on this ledger, by profile, with what became of them until now. Orders sent another way are in no figure.',
  issued: 'Orders issued; those that await validation, or were withdrawn, are among them.',
  emergency: 'Issued under a profile for emergencies.',
  byCategory: 'Orders that ask for data of the category; one that asks for several is in each.',
  byAddressee: 'Orders by the member that they are addressed to.',
  notified: 'Orders of which the enforcing authority is notified, by the profile and the data.',
  fulfilled:
    'Orders carried out as a whole: delivered; of a preservation or freezing, executed. A part does not count.',
  open: 'Issued, not fulfilled, and not at an end.',
  endedOtherwise:
    'Orders that came to an end without having been fulfilled, by where they stood then.',
  groundsRaised:
    'Steps that refused, objected or denied recognition, by event and ground; of one order there may be several, and not each ended it.',
  enforcementRequested: 'Orders whose enforcement was asked of the enforcing authority.',
  recognised: 'Of these, those that it recognised.',
  validatedAfterwards:
    'Orders issued before their validation, in an emergency that the profile provides for.',
  neverValidated:
    'Of these, those that came to an end without it: refused, withdrawn or lapsed; the ledger does not tell which.',
  'times.FROM_ISSUE': 'Of fulfilled orders, from the issue to the fulfilment, in seconds.',
  'times.FROM_RECEIPT': 'The same from the addressee’s receipt.',
  unknown:
    'Costs claimed and reimbursed, remedies sought, and data that were obtained but not used are not recorded here.',
};

export function createOrderStatistics(database: DatabaseSync) {
  const selectTallies = database.prepare(
    'SELECT name, number FROM tally WHERE name > ? AND name < ? ORDER BY name',
  );
  const selectMiddle = database.prepare(
    `SELECT duration FROM order_time WHERE year = ? AND issuer = ? AND profile = ? AND span = ?
     ORDER BY duration, id LIMIT 2 OFFSET ?`,
  );

  type Counts = ReadonlyMap<string, number>;
  const listCounts = (year: number, issuer: string): Map<string, Map<string, number>> => {
    const prefix = `order/${year}/${issuer}/`;
    const rows = selectTallies.all(prefix, `order/${year}/${issuer}0`) as unknown as {
      name: string;
      number: number;
    }[];
    const profiles = new Map<string, Map<string, number>>();
    for (const { name, number: many } of rows) {
      const rest = name.slice(prefix.length);
      const end = rest.indexOf('/');
      const profile = rest.slice(0, end);
      const counts = profiles.get(profile) ?? new Map<string, number>();
      profiles.set(profile, counts.set(rest.slice(end + 1), many));
    }
    return profiles;
  };

  /** Of an even number, the mean of both in the middle, rounded down. */
  const findMedian = (place: readonly [number, string, string, OrderSpan], many: number) => {
    const rows = selectMiddle.all(...place, Math.floor((many - 1) / 2)) as unknown as {
      duration: number;
    }[];
    const [lower, upper] = rows;
    if (lower === undefined) return null;
    return many % 2 === 1 || upper === undefined
      ? lower.duration
      : Math.floor((lower.duration + upper.duration) / 2);
  };

  const show = (year: number, issuer: string, profile: string, counts: Counts): ProfileFigures => {
    const of = (figure: string) => counts.get(figure) ?? 0;
    const under = (prefix: string) =>
      Object.fromEntries(
        [...counts]
          .filter(([name]) => name.startsWith(prefix))
          .map(([name, many]) => [name.slice(prefix.length), many]),
      );
    const endedOtherwise = under('ended/');
    const unfulfilled = Object.values(endedOtherwise).reduce((sum, many) => sum + many, 0);
    const timeOf = (span: OrderSpan) => {
      const orders = of(`times/${span}`);
      return {
        orders,
        meanSeconds: orders === 0 ? null : Math.floor(of(`seconds/${span}`) / orders),
        medianSeconds: findMedian([year, issuer, profile, span], orders),
      };
    };
    return {
      issued: of('issued'),
      emergency: of('emergency'),
      byCategory: under('category/'),
      byAddressee: under('addressee/'),
      notified: of('notified'),
      fulfilled: of('fulfilled'),
      open: of('issued') - of('fulfilled') - unfulfilled,
      endedOtherwise,
      groundsRaised: under('ground/'),
      enforcementRequested: of('enforcementRequested'),
      recognised: of('recognised'),
      validatedAfterwards: of('validatedAfterwards'),
      neverValidated: of('neverValidated'),
      times: { FROM_ISSUE: timeOf('FROM_ISSUE'), FROM_RECEIPT: timeOf('FROM_RECEIPT') },
    };
  };

  /** `height`: blocks that the projection rests on. */
  return (year: number, issuer: string, height: number): OrderStatistics => ({
    ...{ year, issuer, definitions: DEFINITIONS, height },
    profiles: Object.fromEntries(
      [...listCounts(year, issuer)].map(([profile, counts]) => [
        profile,
        show(year, issuer, profile, counts),
      ]),
    ),
  });
}

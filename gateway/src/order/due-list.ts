/** Clocks of a member's orders, by when they end: what is due soon, what is overdue, what is to be marked. */
import type { DatabaseSync } from 'node:sqlite';
import { orderHeadKey, orderKey } from '@tabellion/chaincode/order/key';
import type { OrderHeadRecord, OrderRecord } from '@tabellion/chaincode/order/record';
import type { OrderStatus } from '@tabellion/chaincode/order/transition';
import { PARTIES, type Party } from '@tabellion/chaincode/order/vocabulary';
import { type Page, toPage } from '../projection/cursor.ts';
import type { PageRequest } from '../projection/evidence-view.ts';
import { createRecords } from '../projection/records.ts';
import { type ClockStanding, graceOf } from './running-clocks.ts';
import { openProfiles } from './standing.ts';

/** The last clock that was shown. */
export type DuePlace = readonly [ends: number, id: string, clock: string];

export interface DueFilter {
  /** The first instant at which it may end, and the first at which it may no longer, milliseconds since 1970. */
  readonly from: number;
  readonly until: number;
  readonly standings: readonly ClockStanding[];
  readonly obliges?: Party | undefined;
}

export interface DueClock {
  readonly order: string;
  /** Ledger key of the order. */
  readonly key: string;
  readonly case: string;
  readonly status: OrderStatus;
  readonly side: Party;
  readonly clock: string;
  readonly article: string;
  readonly title: string;
  readonly obliges: Party;
  /** By the law; reckoned by the week alone where it is PROVISIONAL. */
  readonly due: number;
  /** With the days of grace: after it somebody is late, or a right has ended. */
  readonly ends: number;
  readonly standing: ClockStanding;
  /** On record as overdue. */
  readonly marked: boolean;
}

export interface ClockRow {
  readonly id: string;
  readonly clock: string;
  readonly ends: number;
  readonly obliges: Party;
  readonly side: Party;
  readonly standing: ClockStanding;
}

const COLUMNS = 'id, clock, ends, obliges, side, standing';
/** Before any clock that ends at that instant: one bound of the index, so that no page is read twice. */
const placeBefore = (ends: number): DuePlace => [ends, '', ''];

/** What can still be missed, or ends. */
export const UPCOMING = ['RUNS', 'REPORTED', 'CLOSES', 'PROVISIONAL'] as const;

export type DueList = ReturnType<typeof createDueList>;

export function createDueList(database: DatabaseSync) {
  const records = createRecords(database);
  const selectDue = database.prepare(
    `SELECT ${COLUMNS} FROM order_clock
     WHERE member = ? AND standing = ? AND obliges = ? AND ends < ?
       AND (ends, id, clock) > (?, ?, ?) ORDER BY ends, id, clock LIMIT ?`,
  );
  const selectMarkable = database.prepare(
    `SELECT ${COLUMNS} FROM order_clock
     WHERE member = ? AND side = ? AND standing = 'RUNS' AND own = 0 AND ends < ?
       AND (ends, id, clock) > (?, ?, ?) ORDER BY ends, id, clock LIMIT ?`,
  );

  const showWith =
    (profileOf: ReturnType<typeof openProfiles>) =>
    (found: ClockRow): DueClock => {
      const { id, clock: name, ...row } = found;
      const { key, record: order } = records.find<OrderRecord>(orderKey(id))!;
      const head = records.find<OrderHeadRecord>(orderHeadKey(id))!.record;
      const clock = profileOf(order.profile).clocks.find((each) => each.id === name)!;
      return {
        ...{ order: id, key, case: order.case, status: head.status, side: row.side },
        ...{ clock: name, article: clock.article, title: clock.title, obliges: clock.obliges },
        ...{ due: row.ends - graceOf(clock), ends: row.ends, standing: row.standing },
        marked: row.standing === 'MARKED',
      };
    };

  return {
    /** In the order of their ends; what is provisional stays in it after its own, for nobody knows better yet. */
    list(
      member: string,
      { from, until, standings, obliges }: DueFilter,
      { cursor, limit }: PageRequest<DuePlace>,
    ): Page<DueClock> {
      const parties = obliges === undefined ? PARTIES : [obliges];
      const rows = standings.flatMap((standing) =>
        parties.flatMap(
          (party) =>
            selectDue.all(
              ...[member, standing, party, until],
              ...(cursor ?? placeBefore(standing === 'PROVISIONAL' ? 0 : from)),
              limit + 1,
            ) as unknown as ClockRow[],
        ),
      );
      return toPage(
        rows.toSorted(compareEnds).slice(0, limit + 1),
        limit,
        ({ ends, id, clock }) => [ends, id, clock],
        showWith(openProfiles(records)),
      );
    },
    /** Those over before an instant that nobody marked and this side may. */
    listMarkable: (
      { member, side }: { readonly member: string; readonly side: Party },
      before: number,
      after: DuePlace | undefined,
      limit: number,
    ) =>
      selectMarkable.all(
        ...[member, side, before, ...(after ?? placeBefore(0)), limit],
      ) as unknown as readonly ClockRow[],
  };
}

function compareEnds(a: ClockRow, b: ClockRow): number {
  if (a.ends !== b.ends) return a.ends - b.ends;
  const [left, right] = [`${a.id}/${a.clock}`, `${b.id}/${b.clock}`];
  return left < right ? -1 : Number(left > right);
}

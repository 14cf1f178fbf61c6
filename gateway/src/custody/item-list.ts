/** Items by what they are and where they stand, and what waits for a member. */
import type { DatabaseSync } from 'node:sqlite';
import type { ItemHeadRecord, ItemRecord } from '@tabellion/chaincode/custody/record';
import type { ObjectionRecord } from '@tabellion/chaincode/review/record';
import { type LedgerPosition, type Page, toPage } from '../projection/cursor.ts';
import type { PageRequest } from '../projection/evidence-view.ts';
import { createRecords, type ProjectedRecord } from '../projection/records.ts';

export interface ItemFilter {
  /** Leaf hash of the commitment, hex; several members may each have an item of it. */
  readonly leaf?: string | undefined;
  readonly case?: string | undefined;
  readonly acquisition?: string | undefined;
  /** MSP ID of the member that holds it. */
  readonly holder?: string | undefined;
  readonly status?: string | undefined;
  readonly origin?: string | undefined;
  /** MSP ID of the member that an open offer goes to. */
  readonly offeredTo?: string | undefined;
  readonly flag?: string | undefined;
  readonly mirror?: string | undefined;
}

export interface ItemSummary extends ProjectedRecord<ItemRecord> {
  readonly head: ItemHeadRecord;
  /** The acquisition that it goes back to. */
  readonly acquisition: string;
  /** Of all its records so far, each once. */
  readonly flags: readonly string[];
}

/** What somebody waits for, at the place of the transaction since which they wait. */
export type Awaited = {
  readonly block: number;
  readonly position: number;
} & (
  | { readonly kind: 'OFFER' | 'MIRROR'; readonly item: ItemSummary }
  | {
      readonly kind: 'OBJECTION';
      readonly objection: ProjectedRecord<ObjectionRecord>;
      readonly overdue: boolean;
    }
);

interface ItemRow {
  readonly id: string;
  readonly block: number;
  readonly position: number;
  readonly acquisition: string;
}

interface AwaitedRow {
  readonly kind: Awaited['kind'];
  readonly id: string;
  readonly block: number;
  readonly position: number;
}

const START: LedgerPosition = [-1, -1];
/** Filter → condition; every value is bound. */
const CONDITIONS: Readonly<Record<Exclude<keyof ItemFilter, 'flag'>, string>> = {
  leaf: 'i.leaf = ?',
  case: 'i.case_reference = ?',
  acquisition: 'i.acquisition = ?',
  holder: 'i.holder = ?',
  status: 'i.status = ?',
  origin: 'i.origin = ?',
  offeredTo: 'i.offered_to = ?',
  mirror: 'i.mirror = ?',
};
const NAMES = Object.keys(CONDITIONS) as (keyof typeof CONDITIONS)[];
const COLUMNS = 'i.id, i.block, i.position, i.acquisition';

export function createItemList(database: DatabaseSync) {
  const records = createRecords(database);
  const selectItem = database.prepare(`SELECT ${COLUMNS} FROM item i WHERE id = ?`);
  const selectFlags = database.prepare('SELECT flag FROM item_flag WHERE item = ? ORDER BY flag');
  const selectAwaited = database.prepare(
    `SELECT * FROM (
       SELECT 'OFFER' AS kind, id, offer_block AS block, offer_position AS position FROM item
         WHERE offered_to = ?1
       UNION ALL SELECT 'MIRROR', id, block, position FROM item
         WHERE mirror = 'UNCONFIRMED' AND mirrored = ?2
       UNION ALL SELECT 'OBJECTION', id, block, position FROM objection
         WHERE answered = 0 AND answerer = ?1)
     WHERE (block, position) > (?3, ?4) ORDER BY block, position LIMIT ?5`,
  );

  const summarise = (row: ItemRow): ItemSummary => ({
    ...records.find<ItemRecord>(`item/${row.id}`)!,
    head: records.find<ItemHeadRecord>(`item-head/${row.id}`)!.record,
    acquisition: row.acquisition,
    flags: (selectFlags.all(row.id) as { flag: string }[]).map(({ flag }) => flag),
  });

  const showAwaited =
    (latest: number) =>
    (row: AwaitedRow): Awaited => {
      const { kind, id, block, position } = row;
      if (kind !== 'OBJECTION') {
        return { kind, block, position, item: summarise(selectItem.get(id) as unknown as ItemRow) };
      }
      const objection = records.find<ObjectionRecord>(`objection/${id}`)!;
      return { kind, block, position, objection, overdue: latest > objection.record.answerBy };
    };

  return {
    listItems(
      filter: ItemFilter,
      { cursor = START, limit }: PageRequest<LedgerPosition>,
    ): Page<ItemSummary> {
      const { from, order, values } = orderOf(filter.flag);
      const names = NAMES.filter((name) => filter[name] !== undefined);
      const where = [...names.map((name) => CONDITIONS[name]), `(${order}) > (?, ?)`];
      const rows = database
        .prepare(
          `SELECT ${COLUMNS} FROM ${from} WHERE ${where.join(' AND ')} ORDER BY ${order} LIMIT ?`,
        )
        .all(...values, ...names.map((name) => filter[name]!), ...cursor, limit + 1);
      return toPage(
        rows as unknown as ItemRow[],
        limit,
        (row) => [row.block, row.position],
        summarise,
      );
    },
    /**
     * Offers to accept, mirrors to confirm, objections to answer, longest waiting first.
     * @param latest time of the latest transaction, against which deadlines are held (O-2).
     */
    listAwaited(
      reader: { readonly member: string; readonly jurisdiction: string | null },
      latest: number,
      { cursor = START, limit }: PageRequest<LedgerPosition>,
    ): Page<Awaited> {
      const rows = selectAwaited.all(reader.member, reader.jurisdiction, ...cursor, limit + 1);
      return toPage(
        rows as unknown as AwaitedRow[],
        limit,
        (row) => [row.block, row.position],
        showAwaited(latest),
      );
    },
  };
}

/** Flags are looked up by themselves, in the order of their items: few items may have one. */
const orderOf = (flag: string | undefined) =>
  flag === undefined
    ? { from: 'item i', order: 'i.block, i.position', values: [] }
    : {
        from: 'item_flag f CROSS JOIN item i ON i.id = f.item AND f.flag = ?',
        order: 'f.block, f.position',
        values: [flag],
      };

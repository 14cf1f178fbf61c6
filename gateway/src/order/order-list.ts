/**
 * A member's orders, page by page in the order of the ledger. A filter that is left out is asked for value
 * by value, each from its own place in the index, so that a page costs the same however many orders there are.
 */
import type { DatabaseSync } from 'node:sqlite';
import { orderHeadKey, orderKey } from '@tabellion/chaincode/order/key';
import type { OrderHeadRecord, OrderRecord } from '@tabellion/chaincode/order/record';
import type { OrderStatus } from '@tabellion/chaincode/order/transition';
import {
  type OrderKind,
  orderKind,
  PARTIES,
  type Party,
} from '@tabellion/chaincode/order/vocabulary';
import { ANY_ROLE } from '../projection/apply-orders.ts';
import { type LedgerPosition, type Page, toPage } from '../projection/cursor.ts';
import type { PageRequest } from '../projection/evidence-view.ts';
import { createRecords, type ProjectedRecord } from '../projection/records.ts';
import { listAwaited } from './awaited.ts';
import { listEscalated } from './escalated.ts';
import { openProfiles, sideOf } from './standing.ts';

export interface OrderFilter {
  readonly side?: Party | undefined;
  readonly kind?: OrderKind | undefined;
  readonly status?: OrderStatus | undefined;
  /** Those that wait for a step that this role of the member may take, or came before it as overdue. */
  readonly role?: string | undefined;
}

/** A person, by the pseudonym in its certificates. */
export interface Actor {
  readonly member: string;
  readonly person: string;
}

export interface OrderSummary extends ProjectedRecord<OrderRecord> {
  /** Where the member stands that asks. */
  readonly side: Party;
  readonly status: OrderStatus;
  /** Steps so far. */
  readonly sequence: number;
  /** When the last of them was recorded. */
  readonly changedAt: number;
  /** Steps that it waits for, on any side. */
  readonly awaits: readonly { readonly side: Party; readonly verb: string }[];
  /** Clocks that are overdue and bring it before others than those who have to act. */
  readonly escalated: readonly string[];
}

interface Row {
  readonly id: string;
  readonly block: number;
  readonly position: number;
}

const START: LedgerPosition = [-1, -1];
const SELECT = `SELECT id, block, position FROM order_place
  WHERE member = ? AND role = ? AND side = ? AND kind = ?`;
const IN_ORDER = '(block, position) > (?, ?) ORDER BY block, position LIMIT ?';

export type OrderList = ReturnType<typeof createOrderList>;

export function createOrderList(database: DatabaseSync) {
  const records = createRecords(database);
  // Their index covers them: no row of the table is looked at.
  const selectPlaces = database.prepare(`${SELECT} AND ${IN_ORDER}`);
  const selectOfStatus = database.prepare(`${SELECT} AND status = ? AND ${IN_ORDER}`);
  const selectDeeds = database.prepare(
    `SELECT id, block, position FROM order_deed WHERE member = ? AND person = ? AND ${IN_ORDER}`,
  );
  const selectDeed = database.prepare(
    'SELECT block, position FROM order_deed WHERE id = ? AND member = ? AND person = ?',
  );

  const summarise = (member: string) => {
    const profileOf = openProfiles(records);
    return ({ id }: Row): OrderSummary => {
      const order = records.find<OrderRecord>(orderKey(id))!;
      const head = records.find<OrderHeadRecord>(orderHeadKey(id))!.record;
      const profile = profileOf(order.record.profile);
      const { status, sequence, recordedAt: changedAt } = head;
      const awaits = listAwaited({ order: order.record, head, profile });
      return {
        ...order,
        side: sideOf(order.record, member)!,
        ...{ status, sequence, changedAt },
        awaits: awaits.map(({ side, verb }) => ({ side, verb })),
        escalated: listEscalated({ head, profile }).map(({ clock }) => clock),
      };
    };
  };

  const cut = (rows: readonly Row[], limit: number): Page<Row> =>
    toPage(
      rows.toSorted((a, b) => a.block - b.block || a.position - b.position).slice(0, limit + 1),
      limit,
      ({ block, position }) => [block, position],
      (row) => row,
    );

  return {
    list(
      member: string,
      { side, kind, status, role = ANY_ROLE }: OrderFilter,
      { cursor = START, limit }: PageRequest<LedgerPosition>,
    ): Page<OrderSummary> {
      const sides = side === undefined ? PARTIES : [side];
      const kinds = kind === undefined ? orderKind.options : [kind];
      const rows = sides.flatMap((ofSide) =>
        kinds.flatMap((ofKind) => {
          const place = [member, role, ofSide, ofKind];
          return status === undefined
            ? selectPlaces.all(...place, ...cursor, limit + 1)
            : selectOfStatus.all(...place, status, ...cursor, limit + 1);
        }),
      );
      const { items, next } = cut(rows as unknown as Row[], limit);
      return { items: items.map(summarise(member)), next };
    },
    /** Orders in which one of these persons took a step, where the first of them did; a page may be short. */
    listOf(
      actors: readonly Actor[],
      reader: string,
      { cursor = START, limit }: PageRequest<LedgerPosition>,
    ): Page<OrderSummary> {
      const rows = actors.flatMap(
        ({ member, person }) =>
          selectDeeds.all(member, person, ...cursor, limit + 1) as unknown as Row[],
      );
      const isFirst = ({ id, block, position }: Row) =>
        actors.every(({ member, person }) => {
          const deed = selectDeed.get(id, member, person) as Omit<Row, 'id'> | undefined;
          return !deed || deed.block > block || (deed.block === block && deed.position >= position);
        });
      const { items, next } = cut(rows, limit);
      return { items: items.filter(isFirst).map(summarise(reader)), next };
    },
  };
}

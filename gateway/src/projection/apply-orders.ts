/** The word `order` as rows: whose each order is and what it waits for, its clocks, and what is counted. */
import type { DatabaseSync } from 'node:sqlite';
import { referenceKey } from '@tabellion/chaincode/member/key';
import type { ReferenceRecord } from '@tabellion/chaincode/member/record';
import { membersOf } from '@tabellion/chaincode/order/entitlement';
import { orderHeadKey, orderKey, orderStepKey } from '@tabellion/chaincode/order/key';
import type { OrderProfile } from '@tabellion/chaincode/order/profile';
import type {
  OrderHeadRecord,
  OrderRecord,
  OrderStepRecord,
} from '@tabellion/chaincode/order/record';
import { PARTIES } from '@tabellion/chaincode/order/vocabulary';
import { listAwaited, type Standing } from '../order/awaited.ts';
import { listEscalated } from '../order/escalated.ts';
import { countByNewest, editionsIn } from '../order/newest-calendars.ts';
import { listRunning } from '../order/running-clocks.ts';
import { createOrderCounter } from './count-orders.ts';
import { createRecords, parseStored as parse, unlessUnreadable } from './records.ts';

/** In place of a role: the row of an order that stands there for every role. */
export const ANY_ROLE = '';

/** Prepares the statements once; runs inside the database transaction of the block. */
export function createOrderWriter(database: DatabaseSync) {
  const run = (sql: string) => {
    const statement = database.prepare(sql);
    return (...values: (string | number | null)[]) => void statement.run(...values);
  };
  const records = createRecords(database);
  const addOutline = run('INSERT INTO order_outline VALUES (?, ?, ?, ?, ?, ?, ?)');
  const addAct = run('INSERT INTO order_act VALUES (?, ?, ?, ?)');
  const setStatus = run('UPDATE order_outline SET status = ? WHERE id = ?');
  const clearPlaces = run('DELETE FROM order_place WHERE id = ?');
  const addPlace = run('INSERT INTO order_place VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const clearClocks = run('DELETE FROM order_clock WHERE id = ?');
  const clearDeeds = run('DELETE FROM order_deed WHERE id = ?');
  const addClock = run('INSERT INTO order_clock VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const addDeed = run('INSERT OR IGNORE INTO order_deed VALUES (?, ?, ?, ?, ?)');
  const selectOutline = database.prepare(
    'SELECT block, position, status, year FROM order_outline WHERE id = ?',
  );
  const selectProvisional = database.prepare(
    "SELECT DISTINCT id FROM order_clock WHERE standing = 'PROVISIONAL'",
  );
  const findOutline = (id: string) =>
    selectOutline.get(id) as
      | { block: number; position: number; status: string; year: number }
      | undefined;
  const count = createOrderCounter(database);
  /** Written once each, and asked for with every step. */
  const profiles = new Map<string, OrderProfile>();

  const findProfile = ({ profile: { id, version } }: OrderRecord): OrderProfile | undefined => {
    const key = referenceKey('orderProfile', id, version);
    const known = profiles.get(key);
    if (known !== undefined) return known;
    const entry = records.find<ReferenceRecord>(key)?.record.entry;
    if (entry?.register !== 'orderProfile') return undefined;
    profiles.set(key, entry.body);
    return entry.body;
  };

  /** Undefined where nothing stands that the contract asks for. */
  const findStanding = (id: string): Standing | undefined => {
    const order = records.find<OrderRecord>(orderKey(id))?.record;
    const head = records.find<OrderHeadRecord>(orderHeadKey(id))?.record;
    const profile = order && findProfile(order);
    return order && head && profile && { order, head, profile };
  };

  const applyIssue = (id: string, block: number, position: number) => {
    const { order, head, profile } = findStanding(id) ?? {};
    const year = order ? new Date(order.act.at).getUTCFullYear() : null;
    // Null is refused, and the transaction with it.
    addOutline(
      ...[id, block, position, year, order?.act.member ?? null, order?.profile.id ?? null],
      head?.status ?? null,
    );
    addAct(block, position, id, orderKey(id));
    if (order && profile) count.issued(order, profile);
    if (order) addDeed(order.act.member, order.act.person, block, position, id);
  };

  const addPlaces = ({ order, head, profile }: Standing, block: number, position: number) => {
    const { id, kind } = order;
    const { status } = head;
    const outline = findOutline(id)!;
    clearPlaces(id);
    const members = membersOf(order);
    const awaited = listAwaited({ order, head, profile });
    const escalated = listEscalated({ head, profile });
    for (const side of PARTIES) {
      const member = members[side];
      if (member === undefined) continue;
      const put = (role: string, at: { readonly block: number; readonly position: number }) =>
        addPlace(member, role, side, kind, at.block, at.position, status, id);
      put(ANY_ROLE, outline);
      const roles = [
        ...awaited.flatMap((step) => (step.side === side ? step.roles : [])),
        ...escalated.flatMap(({ sides, roles }) => (sides.includes(side) ? roles : [])),
      ];
      for (const role of new Set(roles)) put(role, { block, position });
    }
  };

  const addClocks = (standing: Standing) => {
    const { id } = standing.order;
    clearClocks(id);
    const members = membersOf(standing.order);
    for (const { clock, obliges, startedBy, standing: state, ends } of listRunning(standing))
      for (const side of PARTIES) {
        const member = members[side];
        if (member === undefined) continue;
        // By its own word alone nobody makes another one late.
        const isOwn = startedBy === side && obliges !== side;
        addClock(member, state, obliges, ends, id, clock, side, Number(isOwn));
      }
  };

  /** A newer edition tells ends that had hung on its days: the orders' own records wait for a next step. */
  const applyCalendar = (calendar: string) => {
    for (const { id } of selectProvisional.all() as { id: string }[]) {
      // It is no fault of the calendar's if something of an order cannot be read.
      const counted = unlessUnreadable(() => countAnew(id, calendar));
      if (counted) addClocks(counted);
    }
  };

  /** Undefined where the order does not rest on that calendar. */
  const countAnew = (id: string, calendar: string): Standing | undefined => {
    const standing = findStanding(id);
    const named = Object.values(standing?.order.calendars ?? {});
    return standing && named.some((edition) => edition?.id === calendar)
      ? { ...standing, head: countByNewest(standing, editionsIn(records)) }
      : undefined;
  };

  const applyHead = (id: string, block: number, position: number) => {
    const standing = findStanding(id);
    if (!standing || !findOutline(id)) return;
    addPlaces(standing, block, position);
    addClocks(standing);
  };

  const applyStep = (record: OrderStepRecord, block: number, position: number) => {
    const { order: id, status, act } = record;
    const outline = findOutline(id);
    const standing = findStanding(id);
    if (!outline || !standing) return;
    addAct(block, position, id, orderStepKey(id, record.sequence));
    count.stepped(record, standing, outline);
    setStatus(status, id);
    addDeed(act.member, act.person, block, position, id);
  };

  return {
    /** Of an order that cannot be read any more, so that the lists go on without it. */
    deleteRows(key: string): void {
      const [word, id = ''] = key.split('/');
      if (word !== 'order' && word !== 'order-head') return;
      for (const clear of [clearPlaces, clearClocks, clearDeeds]) clear(id);
    },
    /** What stands under other words is not for here. */
    applyWrite(key: string, value: Uint8Array, block: number, position: number) {
      const [word, id = ''] = key.split('/');
      switch (word) {
        case 'order':
          applyIssue(id, block, position);
          return applyHead(id, block, position);
        case 'order-head':
          // Of the issue, it was applied with the order's own record, whichever is written first.
          if (parse<OrderHeadRecord>(value).sequence === 0) return;
          return applyHead(id, block, position);
        case 'reference': {
          const { entry } = parse<ReferenceRecord>(value);
          return entry.register === 'calendar' ? applyCalendar(entry.id) : undefined;
        }
        case 'order-step':
          return applyStep(parse<OrderStepRecord>(value), block, position);
      }
    },
  };
}

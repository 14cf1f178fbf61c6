/**
 * Raises what happens to a member's orders: one comes, another party took a step, a clock ends soon or has
 * ended. The projection says which orders; dates are kept by their time, as those of disputes are.
 */
import { createHash } from 'node:crypto';
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { membersOf } from '@tabellion/chaincode/order/entitlement';
import { orderHeadKey, orderKey } from '@tabellion/chaincode/order/key';
import type {
  OrderHeadRecord,
  OrderRecord,
  OrderStepRecord,
} from '@tabellion/chaincode/order/record';
import { PARTIES } from '@tabellion/chaincode/order/vocabulary';
import { countByNewest, editionsIn } from '../order/newest-calendars.ts';
import { listRunning } from '../order/running-clocks.ts';
import { findProfile } from '../order/standing.ts';
import type { Projection } from '../projection/projection.ts';
import { createRecords, unlessUnreadable } from '../projection/records.ts';
import { type ActFacts, type Match, nameAlert } from './alert-store.ts';
import type { ClockDate } from './deadline-store.ts';
import type { Deputies } from './deputies.ts';
import type { Watch, WatchStore } from './store.ts';

export interface OrderAlertPorts {
  readonly store: WatchStore;
  readonly projection: Pick<Projection, 'database' | 'height' | 'waitForHeight'>;
  readonly genesis: () => Uint8Array | undefined;
  /** This gateway's clock, milliseconds since 1970; undefined while it is not to be believed. */
  readonly clock: () => number | undefined;
  /** The watch on a member's orders, where this gateway serves the member. */
  readonly watchOf: (member: string) => string | undefined;
  readonly deputies: Pick<Deputies, 'listTold'>;
}

interface OrderAct {
  readonly block: number;
  readonly position: number;
  readonly id: string;
  readonly key: string;
}

export interface Following {
  readonly signal: AbortSignal;
  readonly onRaised: () => void;
  readonly onFailure: (error: unknown) => void;
}

/** What is due is looked for at least so often, and again so long after a failure, milliseconds. */
const LOOK_MS = 1000;
const RETRY_MS = 10_000;
/** How long an end waits that is past and still hangs on days that no calendar holds, milliseconds. */
const AGAIN_MS = 3_600_000;
/** Acts or dates in one commit. */
const PAGE = 100;
const NO_LABEL = { batch: null, label: null, dispute: null, answerBy: null };

const nameDeputyWatch = (member: string, who: string): string =>
  createHash('sha256')
    .update(`tabellion watch\ndeputy\n${member}\n${who}`)
    .digest('hex')
    .slice(0, 32);

/** Seen by the deputy alone; there once. */
export function openDeputyWatch(store: WatchStore, member: string, who: string): void {
  const watch = { name: 'Orders of colleagues', access: 'OWNER', kind: 'ORDERS' } as const;
  store.add({ member, owner: who }, { ...watch, categories: [] }, nameDeputyWatch(member, who));
}

export function createOrderAlerts(ports: OrderAlertPorts) {
  const { store, projection, genesis, clock, watchOf, deputies } = ports;
  const { deadlines, alerts } = store;
  const records = createRecords(projection.database);
  const selectActs = projection.database.prepare(
    `SELECT block, position, id, key FROM order_act WHERE (block, position) > (?, ?)
     ORDER BY block, position LIMIT ${PAGE}`,
  );

  const selectActors = projection.database.prepare(
    'SELECT person FROM order_deed WHERE id = ? AND member = ?',
  );

  /** Undefined also where something of it cannot be read: the others do not wait for it. */
  const find = (id: string) =>
    unlessUnreadable(() => {
      const stored = records.find<OrderRecord>(orderKey(id));
      const head = records.find<OrderHeadRecord>(orderHeadKey(id))?.record;
      if (!stored || !head) return undefined;
      const { key, block, position, record: order } = stored;
      const standing = { order, head, profile: findProfile(records, order.profile) };
      const isProvisional = head.clocks.some(({ provisional }) => provisional);
      const counted = isProvisional ? countByNewest(standing, editionsIn(records)) : head;
      return { ...standing, head: counted, place: { key, block, position } };
    });

  /** The member's, and those of the deputies of whoever acted for it in the order. */
  const listWatches = (member: string, order: string): Watch[] => {
    const name = watchOf(member);
    const shared = name === undefined ? undefined : store.find(name);
    if (shared === undefined) return [];
    const officers = selectActors.all(order, member) as unknown as { person: string }[];
    const told = deputies.listTold(
      member,
      officers.map(({ person }) => person),
    );
    const own = told.flatMap((who) => {
      const found = store.find(nameDeputyWatch(member, who));
      return found?.owner === who ? [found] : [];
    });
    return [shared, ...own];
  };

  const raise = (
    facts: ActFacts & { readonly order: string },
    members: readonly (string | undefined)[],
  ) => {
    for (const member of members)
      for (const watch of member === undefined ? [] : listWatches(member, facts.order)) {
        const match: Match = { watch, count: 0, labels: [] };
        alerts.raise(nameAlert(watch.id, facts), facts, match);
      }
  };

  /** What is provisional is looked at again at its end. */
  const addDates = (ledger: number, found: NonNullable<ReturnType<typeof find>>) => {
    const { id } = found.order;
    for (const { clock: name, standing, warns, ends } of listRunning(found)) {
      if (standing === 'REPORTED') continue;
      if (standing !== 'MARKED')
        deadlines.addClock(ledger, { due: warns, id, clock: name, event: 'DUE_SOON' });
      if (standing !== 'CLOSES')
        deadlines.addClock(ledger, { due: ends, id, clock: name, event: 'OVERDUE' });
    }
  };

  const takeAct = (ledger: number, { id, key, block, position }: OrderAct) => {
    const found = find(id);
    const record = unlessUnreadable(() => records.find<OrderRecord | OrderStepRecord>(key)?.record);
    if (!found || !record) return;
    const isIssue = record.type === 'tabellion.order';
    const first = record.type === 'tabellion.order' && record.validation === 'BEFORE';
    const facts: ActFacts & { order: string } = {
      ...{ ...NO_LABEL, block, position, key, order: id, at: record.act.at },
      event: isIssue ? 'ISSUED' : 'STEP',
      status: isIssue ? (first ? 'AWAITS_VALIDATION' : 'ISSUED') : record.status,
      // A step that marks a clock speaks of it.
      clock: !isIssue && record.verb === 'markOverdue' ? record.clock : null,
    };
    const members = Object.values(membersOf(found.order));
    raise(
      facts,
      members.filter((member) => member !== record.act.member),
    );
    addDates(ledger, found);
  };

  const takeDate = (ledger: number, date: ClockDate, at: number) => {
    deadlines.removeClock(ledger, date);
    const found = find(date.id);
    const running = found && listRunning(found).find((each) => each.clock === date.clock);
    if (!found || !running) return;
    const { standing, warns, ends } = running;
    const isOver = date.event === 'OVERDUE';
    if (isOver && standing === 'PROVISIONAL')
      return deadlines.addClock(ledger, { ...date, due: Math.max(at + AGAIN_MS, ends) });
    // A step or the next edition of a calendar moved it.
    if (date.due !== (isOver ? ends : warns)) return addDates(ledger, found);
    // On record or not: who marked it is told as well.
    const isRaised = isOver
      ? standing === 'RUNS' || standing === 'MARKED'
      : standing !== 'MARKED' && ends >= at;
    if (!isRaised) return;
    const { key, block, position } = found.place;
    const members = membersOf(found.order);
    const facts: ActFacts & { order: string } = {
      ...{ ...NO_LABEL, block, position, key, order: date.id, clock: date.clock },
      ...{ event: date.event, status: found.head.status, at: date.due },
    };
    // What is due is told to whom it obliges; what is overdue, to everybody.
    const sides = date.event === 'OVERDUE' ? PARTIES : [running.obliges];
    raise(
      facts,
      sides.map((side) => members[side]),
    );
  };

  const takeActs = async (ledger: number, signal: AbortSignal) => {
    for (;;) {
      const after = deadlines.cursorOf(ledger, 'ORDERS');
      const acts = selectActs.all(...after) as unknown as OrderAct[];
      const last = acts.at(-1);
      if (last === undefined || signal.aborted) return;
      store.atOnce(() => {
        for (const act of acts) takeAct(ledger, act);
        deadlines.advance(ledger, 'ORDERS', [last.block, last.position]);
      });
      if (acts.length < PAGE) return;
      await setImmediate();
    }
  };

  const takeDates = async (ledger: number, at: number, signal: AbortSignal) => {
    for (;;) {
      const dates = deadlines.listClocks(ledger, at, PAGE);
      if (dates.length === 0 || signal.aborted) return;
      store.atOnce(() => {
        for (const date of dates) takeDate(ledger, date, at);
      });
      await setImmediate();
    }
  };

  const catchUp = async (signal: AbortSignal): Promise<void> => {
    const first = genesis();
    if (first === undefined) return;
    const ledger = deadlines.ledgerOf(first);
    await takeActs(ledger, signal);
    const at = clock();
    if (at !== undefined) await takeDates(ledger, at, signal);
  };

  return {
    /** With every block, until the signal fires. */
    async follow({ signal, onRaised, onFailure }: Following): Promise<void> {
      while (!signal.aborted) {
        const { height } = projection;
        try {
          await catchUp(signal);
          onRaised();
          await projection.waitForHeight(
            height + 1,
            AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]),
          );
        } catch (error) {
          onFailure(error);
          await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
        }
      }
    },
  };
}

/**
 * What people answer for in orders: what came late or not at all, what ended otherwise, what has no end. The
 * ledger shows what was recorded; whether something was done outside of it, or who kept a step back, it does
 * not.
 */
import { fulfils, isLate, isOver, type Reading } from '@tabellion/chaincode/order/clocks';
import { membersOf } from '@tabellion/chaincode/order/entitlement';
import { isOverdue } from '@tabellion/chaincode/order/overdue';
import type { OrderProfile } from '@tabellion/chaincode/order/profile';
import type {
  OrderHeadRecord,
  OrderRecord,
  OrderStepRecord,
} from '@tabellion/chaincode/order/record';
import { isEnded, type OrderStatus } from '@tabellion/chaincode/order/transition';
import { countByNewest, type Editions } from '../order/newest-calendars.ts';
import type { Written } from './audited-transaction.ts';
import type { BreakPlace } from './break.ts';
import type { FindingLog } from './finding.ts';
import type { RecordReader } from './stored-record.ts';

export interface OrderFlagging {
  readonly place: BreakPlace;
  /** As they stood before the transaction. */
  readonly records: RecordReader;
  /**
   * Where the transaction was held back, the time that it counts from: it was ordered no sooner,
   * milliseconds since 1970.
   */
  readonly countsFrom: number | undefined;
  readonly findings: FindingLog;
}

/** What one record of an order shows as it stands, where it was recorded. */
export function listOrderFlags({ name, record }: Written, flagging: OrderFlagging): void {
  if (name === 'order' && record.type === 'tabellion.order') {
    const { place, findings } = flagging;
    if (record.notNotified !== undefined)
      findings.add('ORDER_NOT_NOTIFIED', `order ${record.id}: ${record.notNotified}`, place);
  }
  if (name === 'order-step' && record.type === 'tabellion.order-step') listStep(record, flagging);
}

function listStep(step: OrderStepRecord, flagging: OrderFlagging): void {
  const { records, place, findings } = flagging;
  const order = records.find('order', step.order);
  const before = records.find('order-head', step.order);
  const profile = order && findProfile(order, records);
  if (!order || !before || !profile) return;
  const subject = `order ${step.order}, step ${step.sequence}`;
  if (step.verb === 'markOverdue') {
    const code = step.status === 'LAPSED' ? 'ORDER_LAPSED' : 'ORDER_OVERDUE';
    findings.add(code, describeClock(order, profile, step.clock), place);
  }
  for (const clock of step.late) findings.add('ORDER_LATE', `${subject}, ${clock}`, place);
  for (const clock of listHeldBack(step, before, profile, flagging.countsFrom))
    findings.add('ORDER_HELD_BACK', `${subject}, ${clock}`, place);
  if (!isEnded(step.status) || isEnded(before.status)) return;
  if (order.validation === 'AFTER' && !before.validated)
    findings.add('ORDER_UNVALIDATED', `order ${step.order}: ${step.status}`, place);
  if (GONE.includes(step.status) && before.facts.some(({ event }) => DELIVERIES.includes(event)))
    findings.add('ORDER_ENDED_AFTER_DELIVERY', `order ${step.order}: ${step.status}`, place);
}

/** Under these nothing may be kept that was asked for. */
const GONE: readonly OrderStatus[] = ['WITHDRAWN', 'OBJECTED', 'LAPSED'];
const DELIVERIES: readonly string[] = ['PARTLY_DELIVERED', 'DELIVERED'];

/** Clocks that were over when the step was ordered at the soonest, and not at the time that it claims. */
function listHeldBack(
  { event, party, act }: OrderStepRecord,
  { clocks }: OrderHeadRecord,
  profile: OrderProfile,
  countsFrom: number | undefined,
): string[] {
  if (countsFrom === undefined) return [];
  return clocks
    .filter((reading) => {
      const clock = profile.clocks.find(({ id }) => id === reading.clock);
      if (clock === undefined || reading.state !== 'OPEN') return false;
      const isOwed = fulfils(clock, { event, by: party }) || clock.silence === 'LAPSES';
      const isHeld = (over: (at: number) => boolean) => over(countsFrom) && !over(act.at);
      return (
        (isOwed && isHeld((at) => isLate(reading, clock, at))) ||
        (clock.closes.includes(event) && isHeld((at) => isOver(reading, at)))
      );
    })
    .map(({ clock }) => clock);
}

/**
 * How orders stand at the end.
 * @param now milliseconds since 1970: what is over by then.
 */
export function listOpenOrders(records: RecordReader, now: number, findings: FindingLog): void {
  const followed = new Set<string>();
  const profiles = new Map<string, OrderProfile | undefined>();
  for (const { follows } of records.list('order')) if (follows) followed.add(follows);
  const editions: Editions = (calendar) => records.list('reference', `calendar/${calendar}/`);
  for (const recorded of records.list('order-head')) {
    if (isEnded(recorded.status)) continue;
    const order = records.find('order', recorded.order)!;
    const edition = `${order.profile.id}/${order.profile.version}`;
    if (!profiles.has(edition)) profiles.set(edition, findProfile(order, records));
    const profile = profiles.get(edition);
    if (profile === undefined) continue;
    const isProvisional = recorded.clocks.some(({ provisional }) => provisional);
    const head = isProvisional
      ? countByNewest({ order, head: recorded, profile }, editions)
      : recorded;
    const standing = { order, head, profile };
    let lapsed = false;
    for (const reading of head.clocks) {
      const clock = profile.clocks.find(({ id }) => id === reading.clock);
      if (clock === undefined || head.overdue.includes(clock.id)) continue;
      if (reading.provisional && isOverdue(asKnown(reading), clock, standing, now))
        findings.add('ORDER_PROVISIONAL', describeClock(order, profile, clock.id));
      if (!isOverdue(reading, clock, standing, now)) continue;
      lapsed ||= clock.silence === 'LAPSES';
      const code = clock.silence === 'LAPSES' ? 'ORDER_LAPSED' : 'ORDER_UNMARKED';
      findings.add(code, `${describeClock(order, profile, clock.id)}, not marked`);
    }
    if (!lapsed && isOpenEnded(order, head, profile) && !followed.has(order.id))
      findings.add('ORDER_OPEN_ENDED', `order ${order.id}: ${head.status}`);
  }
}

/** As if the calendar held what was reckoned by the week. */
const asKnown = ({ provisional: _, ...reading }: Reading): Reading => reading;

/** What is kept without a date at which that ends by itself. */
const isOpenEnded = (
  { kind }: OrderRecord,
  { status, clocks }: OrderHeadRecord,
  profile: OrderProfile,
): boolean =>
  (kind === 'PRESERVE' || kind === 'FREEZE') &&
  KEPT.includes(status) &&
  !clocks.some(
    ({ clock: name, due, state }) =>
      due !== null &&
      state === 'OPEN' &&
      profile.clocks.some(({ id, starts, silence }) => id === name && isEnd(starts, silence)),
  );

/** That of the measure itself, and not of a report or a validation in between. */
const isEnd = (starts: string, silence: string): boolean =>
  silence === 'LAPSES' && MEASURES.includes(starts);
const MEASURES: readonly string[] = ['SERVED', 'RECEIVED', 'PARTLY_EXECUTED', 'EXECUTED'];
const KEPT: readonly OrderStatus[] = ['PARTLY_EXECUTED', 'PRESERVED', 'FROZEN', 'CONFIRMED'];

function findProfile({ profile }: OrderRecord, records: RecordReader): OrderProfile | undefined {
  const { id, version } = profile;
  const entry = records.find('reference', `orderProfile/${id}/${version}`)?.entry;
  return entry?.register === 'orderProfile' ? entry.body : undefined;
}

const describeClock = (order: OrderRecord, { clocks }: OrderProfile, name: string): string => {
  const obliges = clocks.find(({ id }) => id === name)?.obliges;
  return `order ${order.id}, ${name} of ${obliges && membersOf(order)[obliges]}`;
};

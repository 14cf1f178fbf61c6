import { canonicalBytes, sha256, toHex } from '@tabellion/proof';
import { assertNotFuture } from '../evidence/time.ts';
import { assertDistinct, assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import type { Calendar } from './clock/calendar.ts';
import { type Fact, isLate, isOver, type Reading, readClocks } from './clocks.ts';
import { assertEntitled, findParty } from './entitlement.ts';
import { listShut } from './gate.ts';
import { orderHeadKey, orderStepKey } from './key.ts';
import { nextStatus } from './next-status.ts';
import type { Clock, OrderProfile } from './profile.ts';
import {
  LAST_STEPS,
  MAX_STEPS,
  type OrderHeadRecord,
  type OrderRecord,
  type OrderStep,
  type OrderStepRecord,
} from './record.ts';
import { eventOf } from './says.ts';
import { isEnded, STEPS } from './transition.ts';
import type { OrderEvent, Party } from './vocabulary.ts';

export interface StepContext {
  readonly order: OrderRecord;
  readonly head: OrderHeadRecord;
  readonly profile: OrderProfile;
  /** The newest editions of those that the order names, so that none runs out under it. */
  readonly calendars: Readonly<Partial<Record<Party, Calendar>>>;
  readonly editions: OrderRecord['calendars'];
  /** The members that collected what an execution names, in its order; undefined where there is none. */
  readonly collectors: readonly (string | undefined)[];
  readonly timeWindowSeconds: number;
}

/** Steps by which an order comes to its end; some room is kept for them. */
const ENDING: readonly OrderEvent[] = ['WITHDRAWN', 'RELEASED', 'FORFEITED', 'OVERDUE', 'CLOSED'];

/**
 * One more step of an order: refused unless it follows on the last one, is the caller's to take, is possible
 * where the order stands, and comes in time (ORD-2, ORD-5, ORD-7, ORD-24).
 * @throws ContractError `CHAIN_CONFLICT`, `CHAIN_FULL`, `NOT_A_PARTY`, `NOT_ALLOWED`, `SELF_REVIEW`,
 * `STEP_OUT_OF_ORDER`, `TOO_LATE`, `TIME_ORDER`, `TIME_IN_FUTURE`, `GATE_UNKNOWN`, `GATE_SHUT`,
 * `GROUND_UNKNOWN`, `CLOCK_UNKNOWN`, `NOT_OVERDUE`, `OWN_CLOCK`, `NO_CHANGE`, `EXTENSIONS_USED_UP`,
 * `ENFORCING_MISMATCH`, `DUPLICATE_ENTRY`, `NOT_FOUND`, `NOT_OWN_MEMBER`, `CALENDAR_ENDS`.
 */
export function takeOrderStep(step: OrderStep, context: StepContext, act: Act): Decision {
  const { order, head, profile, calendars, timeWindowSeconds } = context;
  assertRule(
    step.sequence === head.sequence + 1 && step.previous === head.last,
    'CHAIN_CONFLICT',
    `the order stands at ${head.sequence}`,
  );
  const event = eventOf(step);
  const room = ENDING.includes(event) ? MAX_STEPS : MAX_STEPS - LAST_STEPS;
  assertRule(step.sequence <= room, 'CHAIN_FULL', `${MAX_STEPS} steps at most`);
  const by = findParty(order, event, act);
  const earliest = head.recordedAt - timeWindowSeconds * 1000;
  assertRule(earliest <= act.at, 'TIME_ORDER', 'it lies before the last step');
  assertEntitled(step, { order, profile, by }, act);
  const before = readClocks({ ...clockedOf(context), facts: head.facts });
  assertPossible(event, context, before, act.at);
  if (event !== 'OVERDUE' && !isEnded(head.status)) assertInTime(event, before, profile, act.at);
  assertFits(step, { ...context, by, readings: before }, act);

  const at = 'receivedAt' in step ? countReceipt(step.receivedAt, head, act.at) : act.at;
  const sets = step.verb === 'maintain' ? step.deadline : undefined;
  const fact: Fact = { event, by, at, ...(sets && { sets }) };
  const facts = [...head.facts, fact];
  const status = nextStatus(step, head, profile);
  const clocks = readClocks({ ...clockedOf({ order, profile, calendars }), facts });
  const record: OrderStepRecord = {
    type: 'tabellion.order-step',
    v: 1,
    ...step,
    ...{ event, party: by, countsFrom: at },
    late: listLate(event, before, profile, act.at),
    status,
    profile: order.profile,
    calendars: context.editions,
    clocks,
    case: order.case,
    timeWindowSeconds,
    act,
  };
  const next: OrderHeadRecord = {
    ...head,
    ...applyStep(step, head),
    overdue: listOverdue(step, event, head, profile),
    recordedAt: act.at,
    sequence: step.sequence,
    last: toHex(sha256(canonicalBytes(record))),
    status,
    facts,
    clocks,
  };
  return {
    key: orderStepKey(step.order, step.sequence),
    record,
    also: [{ key: orderHeadKey(step.order), record: next }],
    markers: [{ mspId: act.member, record }],
  };
}

const clockedOf = ({
  order,
  profile,
  calendars,
}: Pick<StepContext, 'order' | 'profile' | 'calendars'>) => ({
  ...{ profile, calendars, categories: order.categories },
  ...{ isNotified: order.notified, validation: order.validation },
});

/** @throws ContractError `STEP_OUT_OF_ORDER`. */
function assertPossible(
  event: OrderEvent,
  { order, head, profile }: StepContext,
  readings: readonly Reading[],
  at: number,
): void {
  const refused = `${event} of what is ${head.status}`;
  if (event === 'OVERDUE') {
    assertRule(!isEnded(head.status), 'STEP_OUT_OF_ORDER', refused);
    return;
  }
  assertRule(event !== 'ISSUED', 'STEP_OUT_OF_ORDER', refused);
  const { from, kinds, times, notified } = STEPS[event];
  const fits = from.includes(head.status) && (kinds === undefined || kinds.includes(order.kind));
  assertRule(fits, 'STEP_OUT_OF_ORDER', refused);
  const taken = head.facts.filter((fact) => fact.event === event).length;
  assertRule(taken < times, 'STEP_OUT_OF_ORDER', `${event} more often than ${times}`);
  const isTold = !notified || order.notified;
  assertRule(isTold, 'STEP_OUT_OF_ORDER', 'the enforcing authority is not notified of it');
  if (event === 'CONFLICT_RAISED')
    assertRule(profile.conflict !== null, 'STEP_OUT_OF_ORDER', `no ${event} under the profile`);
  if (event === 'ENFORCEMENT_REQUESTED')
    assertRule(
      order.enforcing !== undefined,
      'ENFORCING_MISMATCH',
      'there is nobody to enforce it',
    );
  if (event === 'QUESTIONED' || event === 'QUESTION_ANSWERED') {
    const last = head.facts.findLast((fact) => QUESTIONS.includes(fact.event));
    const isAsked = last?.event === 'QUESTIONED';
    const isTurn = isAsked === (event === 'QUESTION_ANSWERED');
    assertRule(isTurn, 'STEP_OUT_OF_ORDER', isAsked ? 'a question is open' : 'nothing was asked');
  }
  if (event === 'CLOSED' && !isEnded(head.status)) {
    const open = readings.find((reading) => {
      const { closes, obliges } = clockOf(profile, reading);
      const isWaiting = reading.state === 'WAITING' && order.notified;
      const isRunning = reading.state === 'OPEN' && !isOver(reading, at);
      return obliges === 'ENFORCING' && closes.includes('OBJECTED') && (isWaiting || isRunning);
    });
    const text = `the enforcing authority may still object: ${open?.clock}`;
    assertRule(open === undefined, 'STEP_OUT_OF_ORDER', text);
  }
}

const QUESTIONS: readonly OrderEvent[] = ['QUESTIONED', 'QUESTION_ANSWERED'];

/**
 * What a clock closes comes too late once it is over, and everything does where the order lapses with it,
 * whether or not anybody marked that.
 */
function assertInTime(
  event: OrderEvent,
  readings: readonly Reading[],
  profile: OrderProfile,
  at: number,
): void {
  for (const reading of readings) {
    const clock = clockOf(profile, reading);
    if (reading.state === 'STOPPED') continue;
    const isClosed = clock.closes.includes(event) && isOver(reading, at);
    assertRule(!isClosed, 'TOO_LATE', `${reading.clock} ended at ${reading.due}`);
    const isLapsed = clock.silence === 'LAPSES' && isLate(reading, clock, at);
    assertRule(!isLapsed, 'TOO_LATE', `it lapsed with ${reading.clock}`);
  }
}

const clockOf = ({ clocks }: OrderProfile, { clock }: Reading): Clock =>
  clocks.find(({ id }) => id === clock)!;

const listLate = (
  event: OrderEvent,
  readings: readonly Reading[],
  profile: OrderProfile,
  at: number,
): string[] =>
  readings
    .filter((reading) => {
      const clock = clockOf(profile, reading);
      return clock.stops.includes(event) && reading.state === 'OPEN' && isLate(reading, clock, at);
    })
    .map(({ clock }) => clock);

interface Fitting extends StepContext {
  readonly by: Party;
  readonly readings: readonly Reading[];
}

/** What a step says must go together with the profile and with what happened. */
function assertFits(step: OrderStep, context: Fitting, act: Act): void {
  const { profile, order, head, by, readings } = context;
  if ('acquisitions' in step) assertDistinct(step.acquisitions);
  switch (step.verb) {
    case 'receive':
    case 'takeNotice': {
      const { receivedAt } = step;
      const isAfter = servedAt(head) - context.timeWindowSeconds * 1000 <= receivedAt;
      assertRule(isAfter, 'TIME_ORDER', 'receivedAt lies before the service');
      assertNotFuture(receivedAt, act.at, context.timeWindowSeconds, 'receivedAt');
      // Whoever did not receive it itself shows how it knows.
      const isShown = by !== 'ISSUER' || ('proof' in step && step.proof !== undefined);
      assertRule(isShown, 'BAD_INPUT', 'proof: the issuer has to have one');
      return;
    }
    case 'clear':
      assertRule(!head.opened.includes(step.gate), 'NO_CHANGE', 'the gate is open');
      return;
    case 'validate':
      assertRule(!head.validated, 'NO_CHANGE', 'the order is validated');
      return;
    case 'clarify': {
      const { contents } = step;
      if (contents === undefined) return;
      assertRule(by === 'ISSUER', 'NOT_A_PARTY', 'contents: only the issuer corrects them');
      const isWhole = (contents.ENFORCING !== undefined) === order.notified;
      assertRule(isWhole, 'ENFORCING_MISMATCH', 'its copy goes with the notification');
      return;
    }
    case 'object':
    case 'refuse':
    case 'denyRecognition': {
      const { ground } = step;
      const event = eventOf(step);
      const isListed = profile.grounds.some((each) => each.id === ground && each.for === event);
      assertRule(isListed, 'GROUND_UNKNOWN', `${ground} is no ground for ${event}`);
      return;
    }
    case 'maintain': {
      const { deadline } = step;
      if (deadline === undefined) return;
      const reading = readings.find(({ clock }) => clock === deadline.clock);
      const isSettable = reading?.state === 'OPEN' && isDeadline(clockOf(profile, reading));
      assertRule(isSettable, 'CLOCK_UNKNOWN', `${deadline.clock} is no deadline of the addressee`);
      // It gives time; it neither makes the addressee late nor opens a gate before its day.
      const isLater = deadline.due > Math.max(reading.due ?? 0, act.at);
      assertRule(isLater, 'TIME_ORDER', 'deadline.due is not later');
      return;
    }
    case 'execute':
    case 'deliver': {
      const [shut] = listShut(
        { profile, isNotified: order.notified, opened: head.opened, readings },
        step.verb === 'execute' ? 'EXECUTED' : 'DELIVERED',
        act.at,
      );
      assertRule(shut === undefined, 'GATE_SHUT', `${shut?.id}: ${shut?.by} has not opened it`);
      for (const [index, collector] of context.collectors.entries()) {
        const name = step.acquisitions[index];
        assertRule(collector !== undefined, 'NOT_FOUND', `acquisition ${name}`);
        assertRule(collector === act.member, 'NOT_OWN_MEMBER', `acquisition ${name}`);
      }
      return;
    }
    case 'extend': {
      const used = head.facts.filter(({ event }) => event === 'EXTENDED').length;
      const allowed = profile.extension?.times ?? 0;
      assertRule(used < allowed, 'EXTENSIONS_USED_UP', `at most ${allowed}`);
      return;
    }
    case 'markOverdue':
      assertOverdue(step.clock, context, act);
  }
}

const servedAt = ({ facts }: OrderHeadRecord): number =>
  facts.find(({ event }) => event === 'SERVED')!.at;

/** Two members' clocks may differ by the window: no period gains by what is stated within it. */
const countReceipt = (receivedAt: number, head: OrderHeadRecord, at: number): number =>
  Math.min(Math.max(receivedAt, servedAt(head)), at);

/** @throws ContractError `CLOCK_UNKNOWN`, `NOT_OVERDUE`, `OWN_CLOCK`, `NO_CHANGE`. */
function assertOverdue(name: string, { profile, head, by, readings }: Fitting, act: Act): void {
  const reading = readings.find(({ clock }) => clock === name);
  assertRule(reading !== undefined, 'CLOCK_UNKNOWN', `${name} does not run for this order`);
  const clock = clockOf(profile, reading);
  // What was reported in time waits for the issuer, not for the addressee.
  const isReported = head.status === 'REPORTED' && isDeadline(clock);
  const isDue = reading.state === 'OPEN' && clock.silence !== 'CLOSES' && !isReported;
  assertRule(isDue && isLate(reading, clock, act.at), 'NOT_OVERDUE', `${name} is not over`);
  // Nobody makes another one late by its own word alone.
  const isOwn = reading.startedBy === by && clock.obliges !== by;
  assertRule(!isOwn, 'OWN_CLOCK', `${name} began by the word of the ${by}`);
  assertRule(!head.overdue.includes(name), 'NO_CHANGE', `${name} is marked`);
}

/** By which the addressee owes something, and not one that ends a right or the order. */
const isDeadline = ({ obliges, silence, closes }: Clock): boolean =>
  obliges === 'ADDRESSEE' && silence === 'OVERDUE' && closes.length === 0;

/** A clock that begins anew, or is set anew, can be overdue anew. */
function listOverdue(
  step: OrderStep,
  event: OrderEvent,
  { overdue }: OrderHeadRecord,
  { clocks }: OrderProfile,
): string[] {
  const set = step.verb === 'maintain' ? step.deadline?.clock : undefined;
  const left = overdue.filter(
    (name) => name !== set && !clocks.some(({ id, starts }) => id === name && starts === event),
  );
  return step.verb === 'markOverdue' ? [...left, step.clock] : left;
}

/** What a step changes of the head besides the chain, the status and the clocks. */
function applyStep(step: OrderStep, head: OrderHeadRecord): Partial<OrderHeadRecord> {
  switch (step.verb) {
    case 'validate':
      return { validated: true };
    case 'clear':
      return { opened: [...head.opened, step.gate] };
    case 'reportImpossible':
      return { reported: 'IMPOSSIBLE_REPORTED' };
    case 'refuse':
      return { reported: 'REFUSED' };
    case 'accept':
    case 'maintain':
      return { reported: null };
    case 'clarify':
      return step.contents ? { contents: step.contents } : {};
    default:
      return {};
  }
}

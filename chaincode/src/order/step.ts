import { canonicalBytes, sha256, toHex } from '@tabellion/proof';
import { assertNotFuture } from '../evidence/time.ts';
import { assertRule } from '../kernel/errors.ts';
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
 * `NOT_FOUND`, `NOT_OWN_MEMBER`, `CALENDAR_ENDS`.
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
  assertEntitled(step, { order, profile, by }, act);
  assertPossible(event, context);
  const before = readClocks({ ...clockedOf(context), facts: head.facts });
  assertInTime(event, before, profile, act.at);
  assertFits(step, { ...context, by, readings: before }, act);

  const at = 'receivedAt' in step ? step.receivedAt : act.at;
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
function assertPossible(event: OrderEvent, { order, head }: StepContext): void {
  const refused = `${event} of what is ${head.status}`;
  if (event === 'OVERDUE') {
    assertRule(!isEnded(head.status), 'STEP_OUT_OF_ORDER', refused);
    return;
  }
  assertRule(event !== 'ISSUED', 'STEP_OUT_OF_ORDER', refused);
  const { from, kinds, once } = STEPS[event];
  const fits = from.includes(head.status) && (kinds === undefined || kinds.includes(order.kind));
  assertRule(fits, 'STEP_OUT_OF_ORDER', refused);
  const isRepeated = once === true && head.facts.some((fact) => fact.event === event);
  assertRule(!isRepeated, 'STEP_OUT_OF_ORDER', `${event} for the second time`);
}

/** What a clock closes comes too late once it is over, whether or not anybody marked that. */
function assertInTime(
  event: OrderEvent,
  readings: readonly Reading[],
  profile: OrderProfile,
  at: number,
): void {
  for (const reading of readings) {
    const { closes } = clockOf(profile, reading);
    const isClosed = closes.includes(event) && reading.state !== 'STOPPED' && isOver(reading, at);
    assertRule(!isClosed, 'TOO_LATE', `${reading.clock} ended at ${reading.due}`);
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
  switch (step.verb) {
    case 'receive':
    case 'takeNotice': {
      const served = head.facts.find(({ event }) => event === 'SERVED')!;
      const { receivedAt } = step;
      assertRule(served.at <= receivedAt, 'TIME_ORDER', 'receivedAt lies before the service');
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
    case 'object':
    case 'refuse':
    case 'denyRecognition': {
      const { ground } = step;
      const isListed = profile.grounds.some((each) => each.id === ground && each.by === by);
      assertRule(isListed, 'GROUND_UNKNOWN', `${ground} is no ground of the ${by}`);
      return;
    }
    case 'maintain': {
      const { deadline } = step;
      if (deadline === undefined) return;
      const isKnown = profile.clocks.some(
        ({ id, obliges }) => id === deadline.clock && obliges === 'ADDRESSEE',
      );
      assertRule(isKnown, 'CLOCK_UNKNOWN', `${deadline.clock} is no clock of the addressee`);
      assertRule(deadline.due >= act.at, 'TIME_ORDER', 'deadline.due is past');
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

/** @throws ContractError `CLOCK_UNKNOWN`, `NOT_OVERDUE`, `OWN_CLOCK`, `NO_CHANGE`. */
function assertOverdue(name: string, { profile, head, by, readings }: Fitting, act: Act): void {
  const reading = readings.find(({ clock }) => clock === name);
  assertRule(reading !== undefined, 'CLOCK_UNKNOWN', `${name} does not run for this order`);
  const clock = clockOf(profile, reading);
  const isDue = reading.state === 'OPEN' && clock.silence !== 'CLOSES';
  assertRule(isDue && isLate(reading, clock, act.at), 'NOT_OVERDUE', `${name} is not over`);
  // Nobody makes another one late by its own word alone.
  const isOwn = reading.startedBy === by && clock.obliges !== by;
  assertRule(!isOwn, 'OWN_CLOCK', `${name} began by the word of the ${by}`);
  assertRule(!head.overdue.includes(name), 'NO_CHANGE', `${name} is marked`);
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
    case 'markOverdue':
      return { overdue: [...head.overdue, step.clock] };
    default:
      return {};
  }
}

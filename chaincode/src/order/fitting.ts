/** Whether what a step says goes together with the profile and with what happened. */
import { assertNotFuture } from '../evidence/time.ts';
import { assertDistinct, assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import { isEndedDelivered } from './admissible.ts';
import { DAY_MS } from './clock/day.ts';
import { MAX_DAYS } from './clock/period.ts';
import { type Fact, fulfils, isLate, isOver, type Reading, sinceReplaced } from './clocks.ts';
import { type Gate, listShut, stands } from './gate.ts';
import type { Clock } from './profile.ts';
import type { OrderHeadRecord, OrderStep } from './record.ts';
import { eventOf } from './says.ts';
import { clockOf, type StepContext } from './step-context.ts';
import { isEnded } from './transition.ts';
import type { Party } from './vocabulary.ts';

export interface Fitting extends StepContext {
  readonly by: Party;
  readonly readings: readonly Reading[];
}

/** What a step says must go together with the profile and with what happened. */
export function assertFits(step: OrderStep, context: Fitting, act: Act): void {
  const { profile, order, head, by, readings } = context;
  assertOpen(step, context, act.at);
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
    case 'clear': {
      assertRule(!head.opened.includes(step.gate), 'NO_CHANGE', 'the gate is open');
      const gate = profile.gates.find(({ id }) => id === step.gate);
      const isTurn = gate?.blocks === 'SERVED' || head.facts.some(isService);
      assertRule(isTurn, 'STEP_OUT_OF_ORDER', `${step.gate} of what is ${head.status}`);
      return;
    }
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
      const kept = readings.filter((each) => {
        const clock = clockOf(profile, each);
        return isDeadline(clock) && isReported(each, clock, head) && isLate(each, clock, act.at);
      });
      // Whoever reported in time is not late because the issuer took its time.
      const isGiven = kept.length === 0 || kept.some(({ clock }) => clock === deadline?.clock);
      assertRule(
        isGiven,
        'BAD_INPUT',
        `deadline: ${kept[0]?.clock} ended while it waited for this`,
      );
      if (deadline === undefined) return;
      const reading = readings.find(({ clock }) => clock === deadline.clock);
      const isSettable = reading?.state === 'OPEN' && isDeadline(clockOf(profile, reading));
      assertRule(isSettable, 'CLOCK_UNKNOWN', `${deadline.clock} is no deadline of the addressee`);
      // It gives time; it neither makes the addressee late nor opens a gate before its day.
      const isLater = deadline.due > Math.max(reading.due ?? 0, act.at);
      assertRule(isLater, 'TIME_ORDER', 'deadline.due is not later');
      const isNear = deadline.due <= act.at + MAX_DAYS * DAY_MS;
      assertRule(isNear, 'TIME_IN_FUTURE', `deadline.due is more than ${MAX_DAYS} days away`);
      return;
    }
    case 'execute':
    case 'deliver': {
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
      const reading = readings.find(({ clock }) => clock === profile.extension?.clock);
      const isPast = reading !== undefined && isOver(reading, act.at);
      assertRule(!isPast, 'TOO_LATE', `${reading?.clock} ended at ${reading?.due}`);
      return;
    }
    case 'enforce':
      assertFailed(context, act.at);
      return;
    case 'markOverdue':
      assertOverdue(step.clock, context, act);
  }
}

/** Steps that may have to wait for a gate. */
const GATED: Readonly<Partial<Record<OrderStep['verb'], Gate['blocks']>>> = {
  serve: 'SERVED',
  execute: 'EXECUTED',
  deliver: 'DELIVERED',
  forfeit: 'FORFEITED',
  close: 'CLOSED',
};

/** @throws ContractError `GATE_SHUT`. */
function assertOpen({ verb }: OrderStep, { profile, order, head, readings }: Fitting, at: number) {
  const blocked = GATED[verb];
  if (blocked === undefined) return;
  // What has come to its end with nothing delivered is closed whatever was held back.
  if (blocked === 'CLOSED' && isEnded(head.status) && !isEndedDelivered(head)) return;
  const [shut] = listShut({ profile, order, opened: head.opened, readings }, blocked, at);
  assertRule(shut === undefined, 'GATE_SHUT', `${shut?.id}: ${shut?.by} has not opened it`);
}

const isService = ({ event }: Fact): boolean => event === 'SERVED';

const servedAt = ({ facts }: OrderHeadRecord): number => facts.find(isService)!.at;

/**
 * Two members' clocks may differ by the window: no period gains by what is stated within it. What the issuer
 * says of another one counts from when it says so: nobody's time is over before it can be known to run.
 */
export const countReceipt = (
  receivedAt: number,
  by: Party,
  head: OrderHeadRecord,
  at: number,
): number => (by === 'ISSUER' ? at : Math.min(Math.max(receivedAt, servedAt(head)), at));

/**
 * Nobody is compelled who may still comply; whoever says that it will not has had its say.
 * @throws ContractError `NOT_OVERDUE`.
 */
function assertFailed({ head, profile, readings }: Fitting, at: number): void {
  if (head.status === 'REPORTED') return;
  const owed = readings.filter((reading) => {
    const { state, due } = reading;
    const hasEnd = state === 'SUSPENDED' || (state === 'OPEN' && due !== null);
    return hasEnd && isDeadline(clockOf(profile, reading));
  });
  const isPast = (reading: Reading) => isLate(reading, clockOf(profile, reading), at);
  const running = owed.find((reading) => !isPast(reading));
  const hasFailed = running === undefined || owed.some(isPast);
  assertRule(hasFailed, 'NOT_OVERDUE', `${running?.clock} is not over`);
}

/** @throws ContractError `CLOCK_UNKNOWN`, `NOT_OVERDUE`, `OWN_CLOCK`, `NO_CHANGE`. */
function assertOverdue(name: string, context: Fitting, act: Act): void {
  const { profile, head, by, readings } = context;
  const reading = readings.find(({ clock }) => clock === name);
  assertRule(reading !== undefined, 'CLOCK_UNKNOWN', `${name} does not run for this order`);
  const clock = clockOf(profile, reading);
  assertRule(isOverdue(reading, clock, context, act.at), 'NOT_OVERDUE', `${name} is not over`);
  // Nobody makes another one late by its own word alone.
  const isOwn = reading.startedBy === by && clock.obliges !== by;
  assertRule(!isOwn, 'OWN_CLOCK', `${name} began by the word of the ${by}`);
  assertRule(!head.overdue.includes(name), 'NO_CHANGE', `${name} is marked`);
}

type Standing = Pick<StepContext, 'order' | 'head' | 'profile'>;

/** Whether it is over without what was owed, so that somebody is late or the order lapsed. */
export const isOverdue = (
  reading: Reading,
  clock: Clock,
  standing: Standing,
  at: number,
): boolean => clock.silence !== 'CLOSES' && isMissed(reading, clock, standing, at);

const isMissed = (reading: Reading, clock: Clock, standing: Standing, at: number): boolean =>
  reading.state === 'OPEN' &&
  isLate(reading, clock, at) &&
  !waitsForIssuer(reading, clock, standing);

/** Clocks by which the step was owed and that were over. */
export const listLate = (
  fact: Pick<Fact, 'event' | 'by'>,
  readings: readonly Reading[],
  standing: Standing,
  at: number,
): string[] =>
  readings
    .filter((reading) => {
      const clock = clockOf(standing.profile, reading);
      return fulfils(clock, fact) && isMissed(reading, clock, standing, at);
    })
    .map(({ clock }) => clock);

/** Whether the addressee waits for the issuer, or did so when its time ended, and not the issuer for it. */
export const waitsForIssuer = (reading: Reading, clock: Clock, standing: Standing): boolean =>
  isDeadline(clock) && (isReported(reading, clock, standing.head) || isHeld(reading, standing));

/** Until its end the issuer's own authorities have not let the new contents pass. */
function isHeld({ due }: Reading, { order, head, profile }: Standing): boolean {
  const own = profile.gates.filter((gate) => gate.by === 'ISSUER' && stands(gate, order));
  const told = sinceReplaced(head.facts.filter(({ at }) => at <= (due ?? 0)));
  return told.filter(({ event, by }) => event === 'CLEARED' && by === 'ISSUER').length < own.length;
}

/** Whether the addressee reported in time what the issuer has not answered. */
function isReported(reading: Reading, clock: Clock, head: OrderHeadRecord): boolean {
  if (head.status !== 'REPORTED') return false;
  const report = head.facts.findLast(({ event }) => event === head.reported);
  return report !== undefined && !isLate(reading, clock, report.at);
}

/** By which the addressee owes something, and not one that ends a right or the order. */
const isDeadline = ({ obliges, silence, closes }: Clock): boolean =>
  obliges === 'ADDRESSEE' && silence === 'OVERDUE' && closes.length === 0;

/** Whether what a step says goes together with the profile and with what happened. */
import { assertNotFuture } from '../evidence/time.ts';
import { assertDistinct, assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import { isEndedDelivered } from './admissible.ts';
import { DAY_MS } from './clock/day.ts';
import { MAX_DAYS } from './clock/period.ts';
import { type Fact, isLate, isOver, type Reading } from './clocks.ts';
import { GATED, listShut } from './gate.ts';
import { assertFailed, assertOverdue, isDeadline, isReported } from './overdue.ts';
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

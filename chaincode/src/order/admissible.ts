/** Whether a step can be taken where an order stands, and comes in time. */
import { assertRule } from '../kernel/errors.ts';
import { fulfils, isLate, isOver, type Reading, sinceReplaced } from './clocks.ts';
import type { OrderHeadRecord } from './record.ts';
import { clockOf, type StepContext } from './step-context.ts';
import { isEnded, isEndedOtherwise, OF_CONTENTS, STEPS } from './transition.ts';
import type { OrderEvent } from './vocabulary.ts';

/** @throws ContractError `STEP_OUT_OF_ORDER`, `ENFORCING_MISMATCH`. */
export function assertPossible(
  event: OrderEvent,
  context: StepContext,
  readings: readonly Reading[],
  at: number,
): void {
  const { order, head, profile } = context;
  const refused = `${event} of what is ${head.status}`;
  if (event === 'OVERDUE') {
    assertRule(!isEnded(head.status), 'STEP_OUT_OF_ORDER', refused);
    return;
  }
  assertRule(event !== 'ISSUED', 'STEP_OUT_OF_ORDER', refused);
  const { from, kinds, times, notified, afterDelivery } = STEPS[event];
  const isFrom = from.includes(head.status) || (afterDelivery === true && isEndedDelivered(head));
  const fits = isFrom && (kinds === undefined || kinds.includes(order.kind));
  assertRule(fits, 'STEP_OUT_OF_ORDER', refused);
  const counted = OF_CONTENTS.includes(event) ? sinceReplaced(head.facts) : head.facts;
  const taken = counted.filter((fact) => fact.event === event).length;
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
  const isValid = head.validated || isEnded(head.status) || !OF_VALID.includes(event);
  assertRule(isValid, 'STEP_OUT_OF_ORDER', 'it is still to be validated');
  if (event !== 'FORFEITED' && event !== 'CLOSED') return;
  if (isEnded(head.status) && !isEndedDelivered(head)) return;
  const open = findOpenObjection(context, readings, at);
  const text = `the enforcing authority may still object: ${open?.clock}`;
  assertRule(open === undefined, 'STEP_OUT_OF_ORDER', text);
}

/** The clock by which the enforcing authority may still object, unless it said already what it says. */
const findOpenObjection = (
  { order, head, profile }: StepContext,
  readings: readonly Reading[],
  at: number,
): Reading | undefined =>
  readings.find((reading) => {
    const clock = clockOf(profile, reading);
    const { closes, obliges } = clock;
    const isSaid = sinceReplaced(head.facts).some((fact) => fulfils(clock, fact));
    const isWaiting = reading.state === 'WAITING' && order.notified && !isSaid;
    const isRunning = reading.state === 'OPEN' && !isOver(reading, at);
    return obliges === 'ENFORCING' && closes.includes('OBJECTED') && (isWaiting || isRunning);
  });

export const isEndedDelivered = ({ status, facts }: OrderHeadRecord): boolean =>
  isEndedOtherwise(status) && facts.some(({ event }) => DELIVERIES.includes(event));

const DELIVERIES: readonly OrderEvent[] = ['PARTLY_DELIVERED', 'DELIVERED'];

/** Taken of no order that is still to be validated. */
const OF_VALID: readonly OrderEvent[] = ['ENFORCEMENT_REQUESTED', 'FORFEITED', 'CLOSED'];

const QUESTIONS: readonly OrderEvent[] = ['QUESTIONED', 'QUESTION_ANSWERED'];

/**
 * What a clock closes comes too late once it is over, and everything does where the order lapses with it,
 * whether or not anybody marked that.
 */
export function assertInTime(
  event: OrderEvent,
  { head, profile }: Pick<StepContext, 'head' | 'profile'>,
  readings: readonly Reading[],
  at: number,
): void {
  for (const reading of readings) {
    const clock = clockOf(profile, reading);
    // Also where it was stopped: what was said in time does not keep the rest open.
    const isClosed = clock.closes.includes(event) && isOver(reading, at);
    assertRule(!isClosed, 'TOO_LATE', `${reading.clock} ended at ${reading.due}`);
    if (reading.state === 'STOPPED' || isEnded(head.status)) continue;
    const isLapsed = clock.silence === 'LAPSES' && isLate(reading, clock, at);
    assertRule(!isLapsed, 'TOO_LATE', `it lapsed with ${reading.clock}`);
  }
}

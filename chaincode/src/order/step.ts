import { canonicalBytes, sha256, toHex } from '@tabellion/proof';
import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import { assertInTime, assertPossible } from './admissible.ts';
import { beginsAnew, clockedOf, type Fact, readClocks } from './clocks.ts';
import { assertEntitled, findParty } from './entitlement.ts';
import { assertFits, countReceipt } from './fitting.ts';
import { orderHeadKey, orderStepKey } from './key.ts';
import { nextStatus } from './next-status.ts';
import { listLate } from './overdue.ts';
import type { OrderProfile } from './profile.ts';
import {
  LAST_STEPS,
  MAX_STEPS,
  type OrderHeadRecord,
  type OrderStep,
  type OrderStepRecord,
} from './record.ts';
import { eventOf } from './says.ts';
import type { StepContext } from './step-context.ts';
import { isEnded } from './transition.ts';

/**
 * One more step of an order: refused unless it follows on the last one, is the caller's to take, is possible
 * where the order stands, and comes in time (ORD-2, ORD-5, ORD-7, ORD-24).
 * @throws ContractError `CHAIN_CONFLICT`, `CHAIN_FULL`, `NOT_A_PARTY`, `NOT_ALLOWED`, `SELF_REVIEW`,
 * `STEP_OUT_OF_ORDER`, `TOO_LATE`, `TIME_ORDER`, `TIME_IN_FUTURE`, `GATE_UNKNOWN`, `GATE_SHUT`,
 * `GROUND_UNKNOWN`, `CLOCK_UNKNOWN`, `NOT_OVERDUE`, `OWN_CLOCK`, `NO_CHANGE`, `EXTENSIONS_USED_UP`,
 * `ENFORCING_MISMATCH`, `DUPLICATE_ENTRY`, `NOT_FOUND`, `NOT_OWN_MEMBER`, `CALENDAR_ENDS`, `BAD_INPUT`.
 */
export function takeOrderStep(step: OrderStep, context: StepContext, act: Act): Decision {
  const { order, head, profile, calendars, timeWindowSeconds } = context;
  assertRule(
    step.sequence === head.sequence + 1 && step.previous === head.last,
    'CHAIN_CONFLICT',
    `the order stands at ${head.sequence}`,
  );
  const event = eventOf(step);
  const status = nextStatus(step, head, profile);
  const room = isEnded(status) ? MAX_STEPS : MAX_STEPS - LAST_STEPS;
  assertRule(step.sequence <= room, 'CHAIN_FULL', `${MAX_STEPS} steps at most`);
  const by = findParty(order, event, act);
  const earliest = head.recordedAt - timeWindowSeconds * 1000;
  assertRule(earliest <= act.at, 'TIME_ORDER', 'it lies before the last step');
  assertEntitled(step, { order, head, profile, by }, act);
  const clocked = { ...clockedOf(order, profile), calendars };
  const before = readClocks({ ...clocked, facts: head.facts });
  assertPossible(event, context, before, act.at);
  const isLast = event === 'OVERDUE' || (event === 'CLOSED' && isEnded(head.status));
  if (!isLast) assertInTime(event, context, before, act.at);
  assertFits(step, { ...context, by, readings: before }, act);

  const at = 'receivedAt' in step ? countReceipt(step.receivedAt, by, head, act.at) : act.at;
  const sets = step.verb === 'maintain' ? step.deadline : undefined;
  const isAnew = step.verb === 'clarify' && step.contents !== undefined;
  const fact: Fact = { event, by, at, ...(sets && { sets }), ...(isAnew && { anew: true }) };
  const facts = [...head.facts, fact];
  const clocks = readClocks({ ...clocked, facts });
  const record: OrderStepRecord = {
    type: 'tabellion.order-step',
    v: 1,
    ...step,
    ...{ event, party: by, countsFrom: at },
    late: listLate(fact, before, context, act.at),
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
    ...applyStep(step, head, act),
    overdue: listOverdue(step, fact, head, profile),
    // Nobody goes back by more than the window, however many steps it takes.
    recordedAt: Math.max(head.recordedAt, act.at),
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

/** A clock that begins anew, or is set anew, can be overdue anew. */
function listOverdue(
  step: OrderStep,
  { event, anew, sets }: Fact,
  { overdue }: OrderHeadRecord,
  profile: OrderProfile,
): string[] {
  const begun = profile.clocks.filter(
    (clock) => clock.starts === event || (anew && beginsAnew(clock, profile)),
  );
  const left = overdue.filter(
    (name) => name !== sets?.clock && !begun.some(({ id }) => id === name),
  );
  return step.verb === 'markOverdue' ? [...left, step.clock] : left;
}

/** What a step changes of the head besides the chain, the status and the clocks. */
function applyStep(
  step: OrderStep,
  head: OrderHeadRecord,
  { person }: Act,
): Partial<OrderHeadRecord> {
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
      // What was let pass was something else.
      return step.contents ? { contents: step.contents, opened: [], replacedBy: person } : {};
    default:
      return {};
  }
}

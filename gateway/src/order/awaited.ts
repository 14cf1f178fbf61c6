/** The next steps that an order waits for, on which side, and which roles may take them there. */
import { isEndedDelivered } from '@tabellion/chaincode/order/admissible';
import { sinceReplaced } from '@tabellion/chaincode/order/clocks';
import { type Entitling, listEntitled } from '@tabellion/chaincode/order/entitlement';
import { GATED, type Gate, holdsBack, stands } from '@tabellion/chaincode/order/gate';
import type { OrderProfile } from '@tabellion/chaincode/order/profile';
import type {
  OrderHeadRecord,
  OrderRecord,
  OrderStep,
  StepVerb,
} from '@tabellion/chaincode/order/record';
import { isEnded, isServed, type OrderStatus, STEPS } from '@tabellion/chaincode/order/transition';
import type { OrderKind, Party } from '@tabellion/chaincode/order/vocabulary';

export interface Standing {
  readonly order: OrderRecord;
  readonly head: OrderHeadRecord;
  readonly profile: OrderProfile;
}

export interface AwaitedStep {
  readonly side: Party;
  readonly verb: StepVerb;
  readonly roles: readonly string[];
}

/** What moves an order on from where it stands; that it could be withdrawn or objected to, nobody waits for. */
const NEXT: Readonly<Record<OrderStatus, readonly (readonly [Party, StepVerb])[]>> = {
  AWAITS_VALIDATION: [['ISSUER', 'validate']],
  ISSUED: [['ISSUER', 'serve']],
  SERVED: [['ADDRESSEE', 'receive']],
  RECEIVED: [['ADDRESSEE', 'execute']],
  CLARIFICATION: [['ISSUER', 'clarify']],
  CONTESTED: [['ISSUER', 'decideConflict']],
  REPORTED: [
    ['ISSUER', 'accept'],
    ['ISSUER', 'maintain'],
  ],
  ENFORCEMENT: [
    ['ENFORCING', 'recognise'],
    ['ENFORCING', 'denyRecognition'],
  ],
  PARTLY_EXECUTED: [['ADDRESSEE', 'execute']],
  EXECUTED: [['ADDRESSEE', 'deliver']],
  PRESERVED: [
    ['ISSUER', 'confirmProduction'],
    ['ISSUER', 'release'],
  ],
  FROZEN: [
    ['ISSUER', 'release'],
    ['ISSUER', 'forfeit'],
  ],
  CONFIRMED: [['ISSUER', 'release']],
  DELIVERED: [['ISSUER', 'close']],
  RELEASED: [['ISSUER', 'close']],
  FORFEITED: [['ISSUER', 'close']],
  REFUSED: [['ISSUER', 'close']],
  IMPOSSIBLE: [['ISSUER', 'close']],
  OBJECTED: [['ISSUER', 'close']],
  LAPSED: [['ISSUER', 'close']],
  WITHDRAWN: [['ISSUER', 'close']],
  CLOSED: [],
};

export function listAwaited(standing: Standing): AwaitedStep[] {
  const { order, head, profile } = standing;
  const { status, facts } = head;
  const found: AwaitedStep[] = [];
  const add = (side: Party, step: { readonly verb: StepVerb; readonly gate?: string }) => {
    const entitling: Entitling = { order, profile, by: side };
    // Of what a step says, the gate alone decides who may take it.
    found.push({ side, verb: step.verb, roles: listEntitled(step as OrderStep, entitling) });
  };
  const shut = profile.gates.filter((gate) => isAwaited(gate, standing));
  const isHeldBack = (verb: StepVerb) => shut.some((gate) => holdsBackStep(gate, verb));
  const question = facts.findLast(({ event }) => QUESTIONS.some((each) => each === event));
  const isAsked = status === 'ENFORCEMENT' && question?.event === 'QUESTIONED';
  if (isAsked) add('ISSUER', { verb: 'reply' });
  else
    for (const [side, verb] of NEXT[status])
      if (fits(verb, order.kind) && !isHeldBack(verb)) add(side, { verb });
  if (isEnded(status) && !isEndedDelivered(head)) return found;
  if (!isEnded(status) && order.validation === 'AFTER' && !head.validated)
    add('ISSUER', { verb: 'validate' });
  const isTold = sinceReplaced(facts).some(({ event }) => event === 'NOTICE_RECEIVED');
  if (isServed(status) && order.notified && !isTold) add('ENFORCING', { verb: 'takeNotice' });
  for (const gate of shut) add(gate.by, { verb: 'clear', gate: gate.id });
  return found;
}

const QUESTIONS = ['QUESTIONED', 'QUESTION_ANSWERED'] as const;

/** Of a kind that has no such step, nobody waits for it. */
const fits = (verb: StepVerb, kind: OrderKind): boolean =>
  verb !== 'confirmProduction' || STEPS.PRODUCTION_CONFIRMED.kinds!.includes(kind);

function holdsBackStep(gate: Gate, verb: StepVerb): boolean {
  const step = GATED[verb];
  return step !== undefined && holdsBack(gate, step);
}

/** One that silence opens is waited for by its clock, which the dates show; any other by the step. */
function isAwaited(gate: Gate, { order, head, profile }: Standing): boolean {
  if (head.opened.includes(gate.id) || !stands(gate, order)) return false;
  const { status, facts } = head;
  const isTurn = gate.blocks === 'SERVED' || facts.some(({ event }) => event === 'SERVED');
  const isPast = (status === 'DELIVERED' || isEnded(status)) && gate.blocks !== 'CLOSED';
  if (!isTurn || isPast) return false;
  if (gate.by === 'ENFORCING' && order.enforcing === undefined) return false;
  const runs = head.clocks.some(({ clock }) => clock === gate.opensWith);
  const clock = profile.clocks.find(({ id }) => id === gate.opensWith);
  return !runs || clock?.period === null;
}

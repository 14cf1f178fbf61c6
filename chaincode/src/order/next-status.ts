import type { OrderProfile } from './profile.ts';
import type { OrderHeadRecord, OrderStep } from './record.ts';
import type { OrderStatus } from './transition.ts';
import type { OrderKind } from './vocabulary.ts';

/** Where an order stands once the step is taken. */
export function nextStatus(
  step: OrderStep,
  { status, reported }: Pick<OrderHeadRecord, 'status' | 'reported'>,
  { kind, clocks }: OrderProfile,
): OrderStatus {
  switch (step.verb) {
    case 'validate':
      return status === 'AWAITS_VALIDATION' ? 'ISSUED' : status;
    case 'object':
      return step.extent === 'WHOLE' ? 'OBJECTED' : status;
    case 'accept':
      return reported === 'REFUSED' ? 'REFUSED' : 'IMPOSSIBLE';
    case 'decideConflict':
      return step.outcome === 'UPHELD' ? 'RECEIVED' : 'WITHDRAWN';
    case 'execute':
      return step.extent === 'PART' ? 'PARTLY_EXECUTED' : EXECUTED[kind];
    case 'deliver':
      return step.extent === 'WHOLE' ? 'DELIVERED' : status;
    case 'markOverdue': {
      const clock = clocks.find(({ id }) => id === step.clock);
      return clock?.silence === 'LAPSES' ? 'LAPSED' : status;
    }
    default:
      return LEADS_TO[step.verb] ?? status;
  }
}

const EXECUTED: Readonly<Record<OrderKind, OrderStatus>> = {
  PRESERVE: 'PRESERVED',
  PRODUCE: 'EXECUTED',
  FREEZE: 'FROZEN',
  ASSIST: 'EXECUTED',
};

/** Of the steps that lead to one status whatever they say; the others change none. */
const LEADS_TO: Readonly<Partial<Record<OrderStep['verb'], OrderStatus>>> = {
  serve: 'SERVED',
  receive: 'RECEIVED',
  reportDefect: 'CLARIFICATION',
  clarify: 'RECEIVED',
  reportImpossible: 'REPORTED',
  refuse: 'REPORTED',
  maintain: 'RECEIVED',
  raiseConflict: 'CONTESTED',
  confirmProduction: 'CONFIRMED',
  release: 'RELEASED',
  forfeit: 'FORFEITED',
  withdraw: 'WITHDRAWN',
  enforce: 'ENFORCEMENT',
  recognise: 'RECEIVED',
  denyRecognition: 'REFUSED',
  close: 'CLOSED',
};

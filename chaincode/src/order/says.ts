/** What each transaction says has happened. */
import type { OrderStep, StepVerb } from './record.ts';
import type { OrderEvent } from './vocabulary.ts';

const EVENTS: Readonly<Record<Exclude<StepVerb, 'execute'>, OrderEvent>> = {
  validate: 'VALIDATED',
  serve: 'SERVED',
  receive: 'RECEIVED',
  takeNotice: 'NOTICE_RECEIVED',
  clear: 'CLEARED',
  object: 'OBJECTED',
  reportDefect: 'DEFECT_REPORTED',
  clarify: 'CLARIFIED',
  reportImpossible: 'IMPOSSIBLE_REPORTED',
  refuse: 'REFUSED',
  accept: 'ACCEPTED',
  maintain: 'MAINTAINED',
  raiseConflict: 'CONFLICT_RAISED',
  decideConflict: 'CONFLICT_DECIDED',
  deliver: 'DELIVERED',
  extend: 'EXTENDED',
  confirmProduction: 'PRODUCTION_CONFIRMED',
  release: 'RELEASED',
  forfeit: 'FORFEITED',
  withdraw: 'WITHDRAWN',
  enforce: 'ENFORCEMENT_REQUESTED',
  recognise: 'RECOGNISED',
  denyRecognition: 'RECOGNITION_DENIED',
  ask: 'QUESTIONED',
  reply: 'QUESTION_ANSWERED',
  markOverdue: 'OVERDUE',
  close: 'CLOSED',
};

export function eventOf(step: OrderStep): OrderEvent {
  if (step.verb !== 'execute') return EVENTS[step.verb];
  return step.extent === 'WHOLE' ? 'EXECUTED' : 'PARTLY_EXECUTED';
}

/** What each transaction says has happened. */
import type { OrderStep, StepVerb } from './record.ts';
import type { OrderEvent } from './vocabulary.ts';

const EVENTS: Readonly<Record<Exclude<StepVerb, 'execute' | 'deliver'>, OrderEvent>> = {
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
  if (step.verb === 'execute') return step.extent === 'WHOLE' ? 'EXECUTED' : 'PARTLY_EXECUTED';
  if (step.verb === 'deliver') return step.extent === 'WHOLE' ? 'DELIVERED' : 'PARTLY_DELIVERED';
  return EVENTS[step.verb];
}

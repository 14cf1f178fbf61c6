/** Who may take which step of an order, where it must stand, and where that leads. */
import type { OrderEvent, OrderKind, Party } from './vocabulary.ts';

export const ORDER_STATUSES = [
  'AWAITS_VALIDATION',
  'ISSUED',
  'SERVED',
  /** The addressee has it, and what it asks for is owed. */
  'RECEIVED',
  /** It is incomplete or wrong, and nothing is owed until that is mended. */
  'CLARIFICATION',
  /** A court looks at a conflict with the law of a third state. */
  'CONTESTED',
  /** The addressee says that it cannot or will not; the issuer has to say what follows. */
  'REPORTED',
  /** The enforcing authority was asked to compel it. */
  'ENFORCEMENT',
  'PARTLY_EXECUTED',
  'EXECUTED',
  'PRESERVED',
  'FROZEN',
  /** Preserved until what was announced to be asked for is. */
  'CONFIRMED',
  'DELIVERED',
  'RELEASED',
  'FORFEITED',
  'REFUSED',
  'IMPOSSIBLE',
  'OBJECTED',
  'LAPSED',
  'WITHDRAWN',
  'CLOSED',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** Nothing more is owed. */
const ENDED: readonly OrderStatus[] = [
  'RELEASED',
  'FORFEITED',
  'REFUSED',
  'IMPOSSIBLE',
  'OBJECTED',
  'LAPSED',
  'WITHDRAWN',
  'CLOSED',
];
const LIVE = ORDER_STATUSES.filter((status) => !ENDED.includes(status));
const SERVED: readonly OrderStatus[] = LIVE.filter(
  (status) => status !== 'AWAITS_VALIDATION' && status !== 'ISSUED',
);

/** Whether it has been handed over, and nothing has ended it. */
export const isServed = (status: OrderStatus): boolean => SERVED.includes(status);

const OPEN: readonly OrderStatus[] = ['RECEIVED', 'PARTLY_EXECUTED'];
/** Whoever keeps but a part does not keep the issuer from what follows. */
const KEPT: readonly OrderStatus[] = ['RECEIVED', 'PARTLY_EXECUTED', 'PRESERVED', 'FROZEN'];

/** Taken of some contents: of new ones it is taken anew. */
export const OF_CONTENTS: readonly OrderEvent[] = ['NOTICE_RECEIVED', 'CLEARED', 'OBJECTED'];

export const isEnded = (status: OrderStatus): boolean => ENDED.includes(status);
/** It ended, and yet there is something to object to if data were delivered before. */
export const isEndedOtherwise = (status: OrderStatus): boolean =>
  isEnded(status) && status !== 'OBJECTED' && status !== 'CLOSED';

export interface Step {
  readonly by: readonly Party[];
  readonly from: readonly OrderStatus[];
  /** Kinds of which it can be taken; of all where none is named. */
  readonly kinds?: readonly OrderKind[];
  /** How often at most: whoever repeats itself shall not use up the steps that the others need. */
  readonly times: number;
  /** Only of orders that the enforcing authority is notified of. */
  readonly notified?: true;
  /** However the order ended, where data were delivered before: its end takes no right away. */
  readonly afterDelivery?: true;
}

const ONCE = 1;
const SOME = 8;
const MANY = 16;
const PIECES = 32;

/** `ISSUED` begins an order and `OVERDUE` is anyone's who is a party: neither is here. */
export const STEPS: Readonly<Record<Exclude<OrderEvent, 'ISSUED' | 'OVERDUE'>, Step>> = {
  // Where it may come after the fact, it changes nothing but that it is there.
  VALIDATED: { by: ['ISSUER'], from: LIVE, times: ONCE },
  SERVED: { by: ['ISSUER'], from: ['ISSUED'], times: ONCE },
  // Who is slow to say that it has it does not stop its own clock from running.
  RECEIVED: { by: ['ADDRESSEE', 'ISSUER'], from: ['SERVED'], times: ONCE },
  NOTICE_RECEIVED: {
    ...{ by: ['ENFORCING', 'ISSUER'], from: SERVED, times: ONCE },
    ...{ notified: true, afterDelivery: true },
  },
  CLEARED: {
    ...{ by: ['ENFORCING', 'ADDRESSEE', 'ISSUER'], from: LIVE, times: SOME },
    afterDelivery: true,
  },
  OBJECTED: {
    ...{ by: ['ENFORCING'], from: SERVED, times: SOME, notified: true, afterDelivery: true },
  },
  DEFECT_REPORTED: { by: ['ADDRESSEE'], from: ['RECEIVED'], times: MANY },
  CLARIFIED: { by: ['ISSUER', 'ENFORCING'], from: ['CLARIFICATION'], times: MANY },
  IMPOSSIBLE_REPORTED: { by: ['ADDRESSEE'], from: OPEN, times: SOME },
  REFUSED: { by: ['ADDRESSEE'], from: OPEN, times: SOME },
  ACCEPTED: { by: ['ISSUER'], from: ['REPORTED'], times: ONCE },
  MAINTAINED: { by: ['ISSUER'], from: ['REPORTED'], times: MANY },
  CONFLICT_RAISED: { by: ['ADDRESSEE'], from: OPEN, times: ONCE },
  CONFLICT_DECIDED: { by: ['ISSUER'], from: ['CONTESTED'], times: ONCE },
  PARTLY_EXECUTED: { by: ['ADDRESSEE'], from: OPEN, times: PIECES },
  // Whoever does all that is asked need not be compelled.
  EXECUTED: { by: ['ADDRESSEE'], from: [...OPEN, 'ENFORCEMENT'], times: SOME },
  // What is to be kept or frozen is given to nobody.
  PARTLY_DELIVERED: {
    ...{ by: ['ADDRESSEE'], from: ['PARTLY_EXECUTED', 'EXECUTED'], kinds: ['PRODUCE', 'ASSIST'] },
    times: PIECES,
  },
  DELIVERED: { by: ['ADDRESSEE'], from: ['EXECUTED'], kinds: ['PRODUCE', 'ASSIST'], times: SOME },
  // What is to be kept is kept while another one decides.
  EXTENDED: {
    ...{ by: ['ISSUER'], from: [...KEPT, 'ENFORCEMENT'], kinds: ['PRESERVE', 'FREEZE'] },
    times: PIECES,
  },
  PRODUCTION_CONFIRMED: {
    ...{ by: ['ISSUER'], from: ['RECEIVED', 'PARTLY_EXECUTED', 'PRESERVED'], kinds: ['PRESERVE'] },
    times: ONCE,
  },
  RELEASED: {
    ...{ by: ['ISSUER'], from: [...KEPT, 'CONFIRMED'], kinds: ['PRESERVE', 'FREEZE'], times: ONCE },
  },
  FORFEITED: {
    ...{ by: ['ISSUER'], from: ['PARTLY_EXECUTED', 'FROZEN'], kinds: ['FREEZE'], times: ONCE },
  },
  WITHDRAWN: { by: ['ISSUER'], from: LIVE, times: ONCE },
  // That it is done is the addressee's word; what did not come can be compelled all the same.
  ENFORCEMENT_REQUESTED: {
    ...{ by: ['ISSUER'], from: [...OPEN, 'REPORTED', 'EXECUTED', 'DELIVERED'], times: ONCE },
  },
  RECOGNISED: { by: ['ENFORCING'], from: ['ENFORCEMENT'], times: ONCE },
  RECOGNITION_DENIED: { by: ['ENFORCING'], from: ['ENFORCEMENT'], times: ONCE },
  QUESTIONED: { by: ['ENFORCING'], from: ['ENFORCEMENT'], times: MANY },
  QUESTION_ANSWERED: { by: ['ISSUER'], from: ['ENFORCEMENT'], times: MANY },
  CLOSED: {
    by: ['ISSUER'],
    from: ['DELIVERED', ...ENDED.filter((status) => status !== 'CLOSED')],
    times: ONCE,
  },
};

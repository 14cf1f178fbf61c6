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
const SERVED = LIVE.filter((status) => status !== 'AWAITS_VALIDATION' && status !== 'ISSUED');
const OPEN: readonly OrderStatus[] = ['RECEIVED', 'PARTLY_EXECUTED'];
const KEPT: readonly OrderStatus[] = ['RECEIVED', 'PRESERVED', 'FROZEN'];

export const isEnded = (status: OrderStatus): boolean => ENDED.includes(status);

export interface Step {
  readonly by: readonly Party[];
  readonly from: readonly OrderStatus[];
  /** Kinds of which it can be taken; of all where none is named. */
  readonly kinds?: readonly OrderKind[];
  /** It can be taken once. */
  readonly once?: true;
}

/** `ISSUED` begins an order and `OVERDUE` is anyone's who is a party: neither is here. */
export const STEPS: Readonly<Record<Exclude<OrderEvent, 'ISSUED' | 'OVERDUE'>, Step>> = {
  // Where it may come after the fact, it changes nothing but that it is there.
  VALIDATED: { by: ['ISSUER'], from: LIVE, once: true },
  SERVED: { by: ['ISSUER'], from: ['ISSUED'], once: true },
  RECEIVED: { by: ['ADDRESSEE', 'ISSUER'], from: ['SERVED'], once: true },
  NOTICE_RECEIVED: { by: ['ENFORCING'], from: SERVED, once: true },
  CLEARED: { by: ['ENFORCING', 'ADDRESSEE'], from: SERVED },
  OBJECTED: { by: ['ENFORCING'], from: SERVED, once: true },
  DEFECT_REPORTED: { by: ['ADDRESSEE'], from: ['RECEIVED'] },
  CLARIFIED: { by: ['ISSUER', 'ENFORCING'], from: ['CLARIFICATION'] },
  IMPOSSIBLE_REPORTED: { by: ['ADDRESSEE'], from: OPEN },
  REFUSED: { by: ['ADDRESSEE'], from: OPEN },
  ACCEPTED: { by: ['ISSUER'], from: ['REPORTED'] },
  MAINTAINED: { by: ['ISSUER'], from: ['REPORTED'] },
  CONFLICT_RAISED: { by: ['ADDRESSEE'], from: OPEN, kinds: ['PRODUCE'], once: true },
  CONFLICT_DECIDED: { by: ['ISSUER'], from: ['CONTESTED'] },
  PARTLY_EXECUTED: { by: ['ADDRESSEE'], from: OPEN },
  EXECUTED: { by: ['ADDRESSEE'], from: OPEN, once: true },
  DELIVERED: { by: ['ADDRESSEE'], from: ['EXECUTED', 'PARTLY_EXECUTED'], once: true },
  EXTENDED: { by: ['ISSUER'], from: KEPT, kinds: ['PRESERVE', 'FREEZE'] },
  PRODUCTION_CONFIRMED: {
    ...{ by: ['ISSUER'], from: ['RECEIVED', 'PRESERVED'], kinds: ['PRESERVE'], once: true },
  },
  RELEASED: { by: ['ISSUER'], from: [...KEPT, 'CONFIRMED'], kinds: ['PRESERVE', 'FREEZE'] },
  FORFEITED: { by: ['ISSUER'], from: ['FROZEN'], kinds: ['FREEZE'] },
  WITHDRAWN: { by: ['ISSUER'], from: LIVE },
  ENFORCEMENT_REQUESTED: { by: ['ISSUER'], from: [...OPEN, 'REPORTED'], once: true },
  RECOGNISED: { by: ['ENFORCING'], from: ['ENFORCEMENT'] },
  RECOGNITION_DENIED: { by: ['ENFORCING'], from: ['ENFORCEMENT'] },
  QUESTIONED: { by: ['ENFORCING'], from: SERVED },
  QUESTION_ANSWERED: { by: ['ISSUER'], from: SERVED },
  CLOSED: {
    by: ['ISSUER'],
    from: ['DELIVERED', ...ENDED.filter((status) => status !== 'CLOSED')],
  },
};

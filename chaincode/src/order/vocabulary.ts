/**
 * The words in which orders are told: what can be asked for, who takes part, and what can happen to one.
 * Which of it an instrument knows, and by when, is data (`profile.ts`).
 */
import { z } from 'zod';

/** What is asked of the addressee. */
export const orderKind = z.enum(['PRESERVE', 'PRODUCE', 'FREEZE', 'ASSIST']);
export type OrderKind = z.infer<typeof orderKind>;

/**
 * What the data are. IDENTIFICATION: data on access asked for with the sole purpose of identifying the user
 * (Regulation (EU) 2023/1543 art. 3(10)). OTHER: what is no data, such as a hearing of a witness.
 */
export const dataCategory = z.enum([
  'SUBSCRIBER',
  'IDENTIFICATION',
  'TRAFFIC',
  'CONTENT',
  'ASSETS',
  'OTHER',
]);
export type DataCategory = z.infer<typeof dataCategory>;

/** ENFORCING: the authority of the state where it is carried out, where that is not the addressee. */
export const PARTIES = ['ISSUER', 'ADDRESSEE', 'ENFORCING'] as const;
export const party = z.enum(PARTIES);
export type Party = z.infer<typeof party>;

/** Whether an order must be validated, and by when. */
export const validation = z.enum(['NONE', 'BEFORE', 'AFTER']);
export type Validation = z.infer<typeof validation>;

/** What can happen to an order; each is one step of its chain, and may start, stop or close a clock. */
export const orderEvent = z.enum([
  'ISSUED',
  'VALIDATED',
  'SERVED',
  'RECEIVED',
  /** The enforcing authority has its copy. */
  'NOTICE_RECEIVED',
  /** A gate is opened: nothing is held against it, or what has to be approved is. */
  'CLEARED',
  /** The enforcing authority raises a ground, against all of it, a part, or but for conditions. */
  'OBJECTED',
  'DEFECT_REPORTED',
  'CLARIFIED',
  'IMPOSSIBLE_REPORTED',
  'REFUSED',
  /** The issuer accepts that it is impossible or refused. */
  'ACCEPTED',
  'MAINTAINED',
  /** The law of a third state forbids it (art. 17). */
  'CONFLICT_RAISED',
  'CONFLICT_DECIDED',
  'PARTLY_EXECUTED',
  'EXECUTED',
  /** What there is so far; the rest is still owed. */
  'PARTLY_DELIVERED',
  'DELIVERED',
  'EXTENDED',
  'PRODUCTION_CONFIRMED',
  'RELEASED',
  'FORFEITED',
  'WITHDRAWN',
  'ENFORCEMENT_REQUESTED',
  'RECOGNISED',
  'RECOGNITION_DENIED',
  'QUESTIONED',
  'QUESTION_ANSWERED',
  'OVERDUE',
  'CLOSED',
]);
export type OrderEvent = z.infer<typeof orderEvent>;

/** What ties the data, or who holds them, to a state; whose instrument asks for which is data. */
export const connection = z.enum([
  /** The addressee is in another state than the issuer. */
  'OTHER_STATE',
  /** The addressee is in the issuing state itself. */
  'SAME_STATE',
  /** The data are in the state of the addressee. */
  'DATA_IN_STATE',
  /** Who holds the data is established, or represented as the law wants it, in the state of the addressee. */
  'HOLDER_ESTABLISHED',
  /** Who holds the data offers its service in the issuing state (ORD-8). */
  'SERVICE_OFFERED',
  /** The addressee possesses, keeps or controls the data, wherever they are (ORD-20). */
  'CONTROL',
  /** Who may lawfully disclose the data consents of their own free will. */
  'CONSENT',
  /** The data are open to everybody. */
  'DATA_PUBLIC',
  /** The person, or the thing, that is asked for is in the state of the addressee. */
  'PERSON_IN_STATE',
]);
export type Connection = z.infer<typeof connection>;

/** What is about to happen. INJURY: to bodily integrity; LOSS: of the data themselves. */
export const threat = z.enum(['LIFE', 'INJURY', 'SAFETY', 'INFRASTRUCTURE', 'LOSS']);
export type Threat = z.infer<typeof threat>;

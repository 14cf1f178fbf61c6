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

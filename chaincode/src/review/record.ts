/**
 * The word `review`: what others say of evidence beside its custody, each a record of its own that
 * blocks nothing and never goes away. EVD-9, EVD-10, EVD-13, EVD-16, EVD-18, O-7, ORD-26.
 */
import { z } from 'zod';
import { itemName } from '../custody/record.ts';
import { acquisitionId } from '../evidence/record.ts';
import {
  act,
  count,
  digestHex,
  governed,
  mspId,
  plainText,
  reference,
  timestamp,
  versionText,
} from '../kernel/schema.ts';

/** What is spoken of: an acquisition with all that it yielded, or one item. */
export const subject = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ACQUISITION'), id: acquisitionId }),
  z.strictObject({ kind: z.literal('ITEM'), id: itemName }),
]);
export type Subject = z.infer<typeof subject>;

const reason = plainText(280);
const report = z.strictObject({ sha256: digestHex, size: count });

/**
 * What a reader must see of a statement although it is lawful: computed, never claimed. SELF_REVIEW: the
 * person who made it collected, opened or derived what it is about, or what that was made from (ORD-26).
 */
export const reviewFlag = z.enum(['SELF_REVIEW']);
export type ReviewFlag = z.infer<typeof reviewFlag>;
const flags = z.array(reviewFlag);

/** 32 hexadecimal digits, random, chosen by the client. */
export const objectionId = z.string().regex(/^[0-9a-f]{32}$/);
/** `review:object`: an objection by or for a person, through a member (EVD-10). */
export const objectInput = z.strictObject({
  id: objectionId,
  subject,
  /** On whose behalf; the name stays with the member, here stands its salted digest (O-1). */
  by: z.strictObject({
    capacity: z.enum(['SUSPECT', 'THIRD_PARTY', 'DATA_SUBJECT', 'DEFENCE', 'AUTHORITY']),
    person: digestHex,
  }),
  legalBasis: governed,
  reason,
});
export type ObjectInput = z.infer<typeof objectInput>;
/** Key `objection/<id>`, written once. Binds the member that brings it: needs its marker. */
export const objectionRecord = z.strictObject({
  type: z.literal('tabellion.objection'),
  v: z.literal(1),
  ...objectInput.shape,
  case: reference,
  /** The member that must answer: the collector's; of an item, that which opened or derived it. Computed. */
  answerer: mspId,
  /** By then: set by a governed parameter, not by either side. */
  answerBy: timestamp,
  timeWindowSeconds: z.int(),
  act,
});
export type ObjectionRecord = z.infer<typeof objectionRecord>;

/** Objections of one member to one subject that may wait for an answer at a time, and are not overdue. */
export const MAX_OPEN_OBJECTIONS = 64;
/**
 * Key `objection-head/<subject id>/<mspId>`: what that member's objections to that subject wait for. Counted
 * member by member, so that none can keep another from objecting. Rewritten by each and its first answer; one that
 * is overdue drops out of it, so that nobody keeps a member from objecting by silence.
 */
export const objectionHeadRecord = z.strictObject({
  type: z.literal('tabellion.objection-head'),
  v: z.literal(1),
  subject,
  member: mspId,
  open: z.array(z.strictObject({ id: objectionId, answerBy: timestamp })).max(MAX_OPEN_OBJECTIONS),
});
export type ObjectionHeadRecord = z.infer<typeof objectionHeadRecord>;

/** Answers to one objection; further ones would make it too long to show. */
export const MAX_REPLIES = 16;

/** `review:reply`: the answerer's reply; later ones are added, none replaced. */
export const replyInput = z.strictObject({
  objection: objectionId,
  outcome: z.enum(['UPHELD', 'PARTLY_UPHELD', 'REJECTED']),
  legalBasis: governed,
  reason,
});
export type ReplyInput = z.infer<typeof replyInput>;
/** Key `reply/<objection>/<txId>`. Binds the answerer: needs its marker. */
export const replyRecord = z.strictObject({
  type: z.literal('tabellion.reply'),
  v: z.literal(1),
  ...replyInput.shape,
  subject,
  case: reference,
  /** After `answerBy`; at exactly that time it is in time (O-2). */
  overdue: z.boolean(),
  flags,
  timeWindowSeconds: z.int(),
  act,
});
export type ReplyRecord = z.infer<typeof replyRecord>;

/** `review:judge`: regularity of how the evidence was obtained (EVD-13); excluded, it stays on record. */
export const judgeInput = z.strictObject({
  subject,
  outcome: z.enum(['ACCEPTED', 'CHALLENGED', 'EXCLUDED']),
  legalBasis: governed,
  reason,
  report: report.optional(),
});
export type JudgeInput = z.infer<typeof judgeInput>;
/** Key `regularity/<subject id>/<txId>`. Binds the reviewing member: needs its marker. */
export const regularityRecord = z.strictObject({
  type: z.literal('tabellion.regularity'),
  v: z.literal(1),
  ...judgeInput.shape,
  case: reference,
  act,
});
export type RegularityRecord = z.infer<typeof regularityRecord>;

/**
 * `review:examine`: is the content what it seems to be? A question of its own, which no hash answers
 * (EVD-16).
 */
export const examineInput = z.strictObject({
  subject,
  method: plainText(160),
  tools: z.array(z.strictObject({ name: plainText(80), version: versionText(40) })).max(16),
  result: z.enum(['NO_SIGN_OF_MANIPULATION', 'SIGNS_OF_MANIPULATION', 'INCONCLUSIVE']),
  reason,
  report: report.optional(),
});
export type ExamineInput = z.infer<typeof examineInput>;
/** Key `authenticity/<subject id>/<txId>`. */
export const authenticityRecord = z.strictObject({
  type: z.literal('tabellion.authenticity'),
  v: z.literal(1),
  ...examineInput.shape,
  case: reference,
  legalBases: z.array(governed).min(1).max(8),
  flags,
  act,
});
export type AuthenticityRecord = z.infer<typeof authenticityRecord>;

/** `review:weigh`: a person's statement on probative force; no system derives one (EVD-18). */
export const weighInput = z.strictObject({
  subject,
  /** Whether it shows where money went, where that is the question. */
  showsDestination: z.enum(['YES', 'NO', 'UNCLEAR', 'NOT_ASKED']),
  reason,
  report: report.optional(),
});
export type WeighInput = z.infer<typeof weighInput>;
/** Key `weight/<subject id>/<txId>`. */
export const weightRecord = z.strictObject({
  type: z.literal('tabellion.weight'),
  v: z.literal(1),
  ...weighInput.shape,
  case: reference,
  legalBases: z.array(governed).min(1).max(8),
  flags,
  act,
});
export type WeightRecord = z.infer<typeof weightRecord>;

/** `review:read`: the exact bytes under one key. */
export const readArgument = z
  .string()
  .regex(
    /^(objection\/[0-9a-f]{32}|objection-head\/([0-9a-f]{32}|[0-9a-f]{64})\/[A-Za-z0-9.-]{1,64}|(reply|regularity|authenticity|weight)\/([0-9a-f]{32}|[0-9a-f]{64})\/[0-9a-f]{64})$/,
  );

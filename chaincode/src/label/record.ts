/**
 * The word `label`: what members say about crypto addresses, in batches, and what others say to that.
 * Neither an address nor anything that it could be guessed from stands here: a label is known by its
 * salted leaf. LBL-1, 3, 12, 13, O-1, O-2, O-7.
 */
import { evidenceLinks, MAX_LABELS, tlp } from '@tabellion/proof';
import { z } from 'zod';
import {
  act,
  addressFree,
  addressFreeText,
  digestHex,
  governed,
  mspId,
  reference,
  timestamp,
} from '../kernel/schema.ts';
import { objector } from '../member/record.ts';

const reason = addressFreeText(280);
/**
 * Opinions of a member on one subject, sightings and disputes likewise, and answers to one dispute: every
 * member keeps all of them, for ever.
 */
export const MAX_LABEL_ACTS = 16;
/** 32 hexadecimal digits, random, chosen by the client. */
export const disputeId = z.string().regex(/^[0-9a-f]{32}$/);

/** `label:assert`: the labels of one manifest, under one root. One label is a batch of one. */
export const assertInput = z.strictObject({
  root: digestHex,
  size: z.int().min(1).max(MAX_LABELS),
  /** SHA-256 of the manifest: the statements' exact bytes, each followed by a line feed. */
  manifest: digestHex,
  /** Where the labels' categories stand. */
  taxonomy: governed,
  /** The strictest marking of a label in it. */
  tlp,
  case: addressFree(reference).optional(),
  /** What the lines are: transfers, or labels where it is absent. */
  content: z.literal('TRANSFERS').optional(),
  /** What transfers rest on, all of it the own member's; goes with them. */
  evidence: evidenceLinks.optional(),
  legalBasis: governed,
  reason,
});
export type AssertInput = z.infer<typeof assertInput>;

/** Key `label-batch/<SHA-256 of this record's canonical bytes>`, written once. */
export const labelBatchRecord = z.strictObject({
  type: z.literal('tabellion.label-batch'),
  v: z.literal(1),
  ...assertInput.shape,
  flags: z.array(z.literal('GATEWAY_HELD_KEY')),
  act,
});
export type LabelBatchRecord = z.infer<typeof labelBatchRecord>;

/**
 * Key `label-manifest/<mspId>/<manifest>`: a member asserts a manifest once, or its labels would fill every
 * other's memory again and again. Rewritten only where the batch before was {@link labelWithheldRecord}.
 */
export const labelManifestRecord = z.strictObject({
  type: z.literal('tabellion.label-manifest'),
  v: z.literal(1),
  member: mspId,
  manifest: digestHex,
  /** Digest of the batch record that names it. */
  batch: digestHex,
});
export type LabelManifestRecord = z.infer<typeof labelManifestRecord>;

/**
 * `label:miss`: the member's gateway was not given the manifest of a batch, in the time that the members
 * agreed on. Binds the member: needs its marker.
 */
export const missInput = z.strictObject({ batch: digestHex, reason });
export type MissInput = z.infer<typeof missInput>;
/** Key `label-miss/<batch>/<mspId>/<n>`, written once; a second one stands only where it decides. */
export const missRecord = z.strictObject({
  type: z.literal('tabellion.label-miss'),
  v: z.literal(1),
  ...missInput.shape,
  legalBasis: governed,
  /** The time to fetch in, as it was in force. */
  labelFetchSeconds: z.int(),
  /** Active members other than the asserter, and how many of them have declared it now. */
  others: z.int().min(1).max(64),
  missing: z.int().min(1).max(64),
  /** WITHHELD once those are more than half. */
  outcome: z.enum(['WAITING', 'WITHHELD']),
  flags: z.array(z.literal('GATEWAY_HELD_KEY')),
  act,
});
export type MissRecord = z.infer<typeof missRecord>;
/**
 * Key `label-withheld/<batch>`, written once by the declaration that decides: from there on the batch
 * counts for nobody, and its asserter may assert the manifest anew.
 */
export const labelWithheldRecord = z.strictObject({
  type: z.literal('tabellion.label-withheld'),
  v: z.literal(1),
  batch: digestHex,
  /** MSP IDs of those that declared it, sorted. */
  members: z.array(mspId).min(1).max(64),
  act,
});
export type LabelWithheldRecord = z.infer<typeof labelWithheldRecord>;

/** A label's place: its leaf hash, and where in the batch it stands. */
const place = z.strictObject({
  leaf: digestHex,
  index: z
    .int()
    .min(0)
    .max(MAX_LABELS - 1),
});
/** Sibling hashes, leaf to root (RFC 6962, 2.1.1). */
const path = z.array(digestHex).max(17);

/** What is spoken of: one label, or without `label` the whole batch. */
const subjectFacts = { batch: digestHex, label: place.optional() } as const;
const subject = z.strictObject(subjectFacts);
export type LabelSubject = z.infer<typeof subject>;
/** In inputs the path shows that the label stands in the batch; records do without. */
const proven = { ...subjectFacts, path: path.optional() } as const;

const corroborateFacts = { legalBasis: governed, reason } as const;
/** `label:corroborate`: another member comes to the same. Until one has, a label is merely proposed (LBL-13). */
export const corroborateInput = z.strictObject({ ...proven, ...corroborateFacts });
export type CorroborateInput = z.infer<typeof corroborateInput>;
/** Key `corroboration/<batch>/<leaf, or all>/<mspId>`, written once. */
export const corroborationRecord = z.strictObject({
  type: z.literal('tabellion.corroboration'),
  v: z.literal(1),
  ...subjectFacts,
  ...corroborateFacts,
  act,
});
export type CorroborationRecord = z.infer<typeof corroborationRecord>;

const opineFacts = {
  /** 0 strongly disagree, 50 neutral, 100 strongly agree, as in MISP. */
  opinion: z.int().min(0).max(100),
  reason,
} as const;
/** `label:opine`: how far another member agrees. The latest of each member counts. */
export const opineInput = z.strictObject({ ...proven, ...opineFacts });
export type OpineInput = z.infer<typeof opineInput>;
/** Key `opinion/<batch>/<leaf, or all>/<mspId>/<n>`, n from 1 to {@link MAX_LABEL_ACTS}. */
export const opinionRecord = z.strictObject({
  type: z.literal('tabellion.opinion'),
  v: z.literal(1),
  ...subjectFacts,
  ...opineFacts,
  legalBasis: governed,
  act,
});
export type OpinionRecord = z.infer<typeof opinionRecord>;

const sightFacts = {
  sighting: z.enum(['SEEN', 'FALSE_POSITIVE', 'EXPIRED']),
  happenedAt: timestamp,
  reason,
} as const;
/** `label:sight`: the address was met, found harmless, or out of use, as in MISP. */
export const sightInput = z.strictObject({ ...proven, ...sightFacts });
export type SightInput = z.infer<typeof sightInput>;
/** Key `sighting/<batch>/<leaf, or all>/<mspId>/<n>`, n from 1 to {@link MAX_LABEL_ACTS}. */
export const sightingRecord = z.strictObject({
  type: z.literal('tabellion.sighting'),
  v: z.literal(1),
  ...subjectFacts,
  ...sightFacts,
  legalBasis: governed,
  timeWindowSeconds: z.int(),
  act,
});
export type SightingRecord = z.infer<typeof sightingRecord>;

const disputeFacts = {
  id: disputeId,
  /** Whose objection it is: the member's own, or a labelled person's, brought by the member. */
  onBehalfOf: objector,
  /**
   * Where it rebuts what this entry of the register `presumption` presumes, and leaves open whether the
   * label or transfer itself is right (LBL-4).
   */
  presumption: governed.optional(),
  legalBasis: governed,
  reason,
} as const;
/** `label:dispute`. Binds the disputing member: needs its marker. */
export const disputeInput = z.strictObject({ ...proven, ...disputeFacts });
export type DisputeInput = z.infer<typeof disputeInput>;
/** Key `dispute/<id>`, written once. */
export const disputeRecord = z.strictObject({
  type: z.literal('tabellion.dispute'),
  v: z.literal(1),
  ...subjectFacts,
  ...disputeFacts,
  /** The member that has to answer: the asserter. */
  answerer: z.string(),
  answerBy: timestamp,
  timeWindowSeconds: z.int(),
  act,
});
export type DisputeRecord = z.infer<typeof disputeRecord>;
/**
 * Key `dispute-head/<batch>/<leaf, or all>/<mspId>`: that member's disputes of it, in their order. Rewritten
 * by each.
 */
export const disputeHeadRecord = z.strictObject({
  type: z.literal('tabellion.dispute-head'),
  v: z.literal(1),
  ...subjectFacts,
  member: mspId,
  ids: z.array(disputeId).min(1).max(MAX_LABEL_ACTS),
});
export type DisputeHeadRecord = z.infer<typeof disputeHeadRecord>;

/** `label:answer`. Binds the asserter: needs its marker. */
export const answerInput = z.strictObject({
  dispute: disputeId,
  /**
   * CORRECTED and WITHDRAWN are taken only once the label is withdrawn, and for CORRECTED replaced;
   * REBUTTED says that the presumption no longer holds, where the dispute is about one.
   */
  position: z.enum(['MAINTAINED', 'CORRECTED', 'WITHDRAWN', 'REBUTTED']),
  reason,
});
export type AnswerInput = z.infer<typeof answerInput>;
/** Key `dispute-answer/<dispute>/<txId>`; a further answer stands beside the first. */
export const disputeAnswerRecord = z.strictObject({
  type: z.literal('tabellion.dispute-answer'),
  v: z.literal(1),
  ...answerInput.shape,
  ...subjectFacts,
  legalBasis: governed,
  /** After `answerBy`; at exactly that time it is in time (O-2). */
  overdue: z.boolean(),
  timeWindowSeconds: z.int(),
  act,
});
export type DisputeAnswerRecord = z.infer<typeof disputeAnswerRecord>;

const withdrawFacts = {
  /** The label that stands instead. */
  replacedBy: z.strictObject({ batch: digestHex, label: place }).optional(),
  reason,
} as const;
/** `label:withdraw`: the asserter no longer says it. What was said stays on record. */
export const withdrawInput = z.strictObject({
  ...proven,
  ...withdrawFacts,
  replacementPath: path.optional(),
});
export type WithdrawInput = z.infer<typeof withdrawInput>;
/** Key `withdrawal/<batch>/<leaf, or all>`, written once. */
export const withdrawalRecord = z.strictObject({
  type: z.literal('tabellion.withdrawal'),
  v: z.literal(1),
  ...subjectFacts,
  ...withdrawFacts,
  legalBasis: governed,
  act,
});
export type WithdrawalRecord = z.infer<typeof withdrawalRecord>;

/** `label:read`: the exact bytes under one key; of a batch, what an attestation attests. */
export const readArgument = z
  .string()
  .regex(
    /^(label-(?:batch|withheld)\/[0-9a-f]{64}|label-miss\/[0-9a-f]{64}\/[A-Za-z0-9.-]{1,64}\/[12]|label-manifest\/[A-Za-z0-9.-]{1,64}\/[0-9a-f]{64}|dispute\/[0-9a-f]{32}|dispute-answer\/[0-9a-f]{32}\/[0-9a-f]{64}|withdrawal\/[0-9a-f]{64}\/([0-9a-f]{64}|all)|(corroboration|dispute-head)\/[0-9a-f]{64}\/([0-9a-f]{64}|all)\/[A-Za-z0-9.-]{1,64}|(opinion|sighting)\/[0-9a-f]{64}\/([0-9a-f]{64}|all)\/[A-Za-z0-9.-]{1,64}\/([1-9]|1[0-6]))$/,
  );

/** What is said of a label or a batch after it was asserted. */
export const labelResponse = z.discriminatedUnion('type', [
  corroborationRecord,
  opinionRecord,
  sightingRecord,
  disputeRecord,
  disputeAnswerRecord,
  withdrawalRecord,
  missRecord,
]);
export type LabelResponseRecord = z.infer<typeof labelResponse>;

/** `label:readSaid`: one label of a batch, by its leaf. */
export const saidArgument = z.string().regex(/^[0-9a-f]{64}\/[0-9a-f]{64}$/);

/**
 * What `label:readSaid` answers: all that members have said of one label or of all its batch. It stands under no
 * key; its endorsed answer is the attestation of a label's proof.
 */
export const labelSaid = z.strictObject({
  type: z.literal('tabellion.label-said'),
  v: z.literal(1),
  batch: digestHex,
  leaf: digestHex,
  /** The batch's record. */
  assertion: labelBatchRecord,
  /** By kind, and each dispute before its answers. */
  said: z.array(
    z.discriminatedUnion('type', [
      withdrawalRecord,
      labelWithheldRecord,
      corroborationRecord,
      opinionRecord,
      sightingRecord,
      disputeRecord,
      disputeAnswerRecord,
    ]),
  ),
});
export type LabelSaid = z.infer<typeof labelSaid>;

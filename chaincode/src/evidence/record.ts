/**
 * The word `evidence`: acquisitions, the batches that anchor their items, and the positions of the
 * states that they touch. EVD-1..9, 12, 17, 19..21, CNS-5, CNS-7, O-1, O-2, O-4, O-7.
 */
import { MAX_BATCH_ITEMS } from '@tabellion/proof';
import { z } from 'zod';
import {
  act,
  count,
  digestHex,
  governed,
  identifier,
  jurisdiction,
  plainText,
  reference,
  timestamp,
  UNKNOWN,
  versionText,
} from '../kernel/schema.ts';
import { authorisationKind } from '../member/record.ts';

/** 32 hexadecimal digits, random, chosen by the client. */
export const acquisitionId = z.string().regex(/^[0-9a-f]{32}$/);
const place = z.union([jurisdiction, z.literal(UNKNOWN)]);

export const route = z.enum([
  'DOMESTIC',
  'MUTUAL_ASSISTANCE',
  'POLICE_COOPERATION',
  'PROVIDER_DIRECT',
  'UNILATERAL',
]);

/** Where the data were: the facts from which cross-border is computed (EVD-7, EVD-8). */
export const location = z.strictObject({
  systemJurisdiction: place,
  mediumLocation: place,
  source: z.discriminatedUnion('class', [
    z.strictObject({ class: z.literal('STANDALONE') }),
    z.strictObject({
      class: z.literal('NETWORK'),
      nodes: z
        .array(z.strictObject({ kind: identifier, jurisdiction: place }))
        .min(1)
        .max(64),
    }),
  ]),
});
export type Location = z.infer<typeof location>;
/** Foreign jurisdictions, ascending; as many as a location has places. */
const touched = z.array(jurisdiction).max(66);
export const crossBorder = z.enum(['YES', 'NO', 'UNKNOWN']);
export type CrossBorder = z.infer<typeof crossBorder>;

export const recording = z.strictObject({
  kind: z.enum(['VIDEO', 'PHOTO', 'SCREEN_CAPTURE', 'AUDIO', 'LOG']),
  sha256: digestHex,
  size: count,
});

/** What every later record of an acquisition repeats, so that it stands by itself (O-7, EVD-1). */
const purpose = {
  case: reference,
  legalBases: z.array(governed).min(1).max(8),
  reason: plainText(280),
} as const;

const groundKind = z.enum(['ORDER', 'TREATY', 'CONSENT']);
export type GroundKind = z.infer<typeof groundKind>;

const acquisitionFacts = {
  id: acquisitionId,
  ...purpose,
  /** The earlier acquisition that this one goes on with by another method (EVD-6, Art. 27). */
  continues: acquisitionId.optional(),
  /** Orders, treaties' requests or consents that this collection rests on. */
  grounds: z
    .array(
      z.strictObject({
        kind: groundKind,
        reference,
        sha256: digestHex.optional(),
      }),
    )
    .max(8),
  authorisation: z
    .strictObject({ kind: authorisationKind, reference, sha256: digestHex.optional() })
    .optional(),
  route,
  method: governed,
  purposes: z.array(z.enum(['JUDGE_CASE', 'ANALYSE_CRIME', 'FIX_SCOPE'])).max(3),
  publiclyReleased: z.enum(['YES', 'NO', 'UNKNOWN']),
  /**
   * EVD-17: what the collector says of robots rules, log-ins and rate limits. Without it, or when they
   * were not respected, `publiclyReleased: YES` opens nothing.
   */
  accessLimits: z.strictObject({ respected: z.boolean(), statement: plainText(280) }).optional(),
  extent: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('SELECTIVE') }),
    z.strictObject({ kind: z.literal('FULL_COPY'), justification: plainText(280) }),
  ]),
  volatility: z.enum(['ORDINARY', 'VOLATILE']),
  standard: governed,
  tools: z
    .array(
      z.strictObject({
        name: plainText(80),
        version: versionText(40),
        sha256: digestHex.optional(),
      }),
    )
    .max(16),
  recordings: z.array(recording).max(64),
  noRecordingReason: plainText(280).optional(),
  /** Salted digests of the witnesses' names; the names stay with the member (O-1). */
  witnesses: z.array(digestHex).max(16),
  /** Device clock minus true time. */
  clockOffsetMs: z.int().min(-315_360_000_000).max(315_360_000_000).optional(),
  startedAt: timestamp,
  endedAt: timestamp.optional(),
} as const;

/** Covert measure: the touched state learns later, at the latest at `latest` (CNS-5, part 12). */
export const delayedNotice = z.strictObject({
  basis: governed,
  /** Latest time at which the location must be disclosed. */
  latest: timestamp,
  /** SHA-256 of the canonical JSON `{location, salt}` that travels as transient input. */
  sealed: digestHex,
});

/**
 * `evidence:acquire`. Exactly one of `location` and `delayedNotice`; with the latter the location
 * comes in the transient field `location` as canonical JSON `{location, salt}`.
 */
export const acquireInput = z
  .strictObject({
    ...acquisitionFacts,
    location: location.optional(),
    delayedNotice: delayedNotice.optional(),
  })
  .refine((input) => (input.location === undefined) !== (input.delayedNotice === undefined), {
    error: 'give either location or delayedNotice',
  });
export type AcquireInput = z.infer<typeof acquireInput>;

export const acquisitionFlag = z.enum([
  'CROSS_BORDER',
  'JURISDICTION_UNKNOWN',
  'UNILATERAL',
  'FULL_COPY_UNSEGREGATED',
  'ACCESS_LIMITS_UNSTATED',
  'ACCESS_LIMITS_NOT_RESPECTED',
  'NOTICE_DELAYED',
  'STANDARD_NOT_ADOPTED',
  'GATEWAY_HELD_KEY',
]);
export type AcquisitionFlag = z.infer<typeof acquisitionFlag>;

/** Key `acquisition/<id>`, written once. */
export const acquisitionRecord = z.strictObject({
  type: z.literal('tabellion.acquisition'),
  v: z.literal(1),
  ...acquisitionFacts,
  location: location.optional(),
  delayedNotice: delayedNotice.optional(),
  /** Computed, never claimed. SEALED while the notice is delayed. */
  crossBorder: z.enum([...crossBorder.options, 'SEALED']),
  /** Members' or not; empty while sealed. */
  touched,
  flags: z.array(acquisitionFlag),
  /** Time window in force, seconds (O-2). */
  timeWindowSeconds: z.int(),
  act,
});
export type AcquisitionRecord = z.infer<typeof acquisitionRecord>;

/** Key `head/<acquisition>`: where the chain of batches stands. Rewritten by anchor and close. */
export const headRecord = z.strictObject({
  type: z.literal('tabellion.head'),
  v: z.literal(1),
  acquisition: acquisitionId,
  sequence: count,
  last: digestHex.nullable(),
  items: count,
  bytes: count,
  closed: z.boolean(),
});
export type HeadRecord = z.infer<typeof headRecord>;

/**
 * Key `location-head/<acquisition>`: what is known of the place by now. Apart from `head`, so that no
 * run of batches can make an answer or a disclosure fail.
 */
export const locationHeadRecord = z.strictObject({
  type: z.literal('tabellion.location-head'),
  v: z.literal(1),
  acquisition: acquisitionId,
  /** Null while sealed. */
  location: location.nullable(),
  crossBorder: z.enum([...crossBorder.options, 'SEALED']),
  touched,
});
export type LocationHeadRecord = z.infer<typeof locationHeadRecord>;

/**
 * `evidence:anchor`. `sequence` counts from 1 and `previous` is the digest of the batch before (null
 * for the first): the chain is the client's claim and is refused if the ledger is elsewhere.
 */
export const anchorInput = z.strictObject({
  acquisition: acquisitionId,
  sequence: z.int().min(1).max(1_000_000_000),
  previous: digestHex.nullable(),
  root: digestHex,
  size: z.int().min(1).max(MAX_BATCH_ITEMS),
  /** Sum of the items' sizes. */
  bytes: count,
  /** SHA-256 of the manifest: the commitments' exact bytes, each followed by a line feed. */
  manifest: digestHex,
  /** Earliest collection time of an item in the batch: the collector's claim (EVD-12). */
  collectedAt: timestamp,
});
export type AnchorInput = z.infer<typeof anchorInput>;

/** Key `batch/<SHA-256 of this record's canonical bytes>`, written once, never re-versioned. */
export const batchRecord = z.strictObject({
  type: z.literal('tabellion.batch'),
  v: z.literal(1),
  ...anchorInput.shape,
  ...purpose,
  /** As known when the batch was anchored. */
  touched,
  flags: z.array(z.enum(['VOLATILE_LATE', 'GATEWAY_HELD_KEY'])),
  timeWindowSeconds: z.int(),
  act,
});
export type BatchRecord = z.infer<typeof batchRecord>;

/** What the records after the batches repeat of their acquisition. */
const continuation = { case: purpose.case, legalBases: purpose.legalBases } as const;

/** `evidence:close`: states the totals, so that omission shows. Refused unless the ledger agrees. */
export const closeInput = z.strictObject({
  acquisition: acquisitionId,
  batches: count,
  items: count,
  bytes: count,
  endedAt: timestamp,
  /** Sources that could not be read, reported one by one in the manifest's report. */
  unread: count,
  reason: plainText(280),
});
export type CloseInput = z.infer<typeof closeInput>;
/** Key `closing/<acquisition>`. */
export const closingRecord = z.strictObject({
  type: z.literal('tabellion.closing'),
  v: z.literal(1),
  ...closeInput.shape,
  ...continuation,
  last: digestHex.nullable(),
  act,
});
export type ClosingRecord = z.infer<typeof closingRecord>;

/** Positions of one state on one acquisition: readers get all of them at once, and they never go away. */
export const MAX_POSITIONS = 16;

/** `evidence:answer`: the touched state's position (CNS-5). Binds the member: needs its marker. */
export const answerInput = z.strictObject({
  acquisition: acquisitionId,
  position: z.enum(['NO_OBJECTION', 'OBJECTION']),
  /** The rule under which the touched state takes this position. */
  legalBasis: governed,
  reason: plainText(280),
});
export type AnswerInput = z.infer<typeof answerInput>;
/** Key `answer/<acquisition>/<jurisdiction>/<txId>`; later answers are added, none replaced. */
export const answerRecord = z.strictObject({
  type: z.literal('tabellion.answer'),
  v: z.literal(1),
  ...answerInput.shape,
  case: reference,
  act,
});
export type AnswerRecord = z.infer<typeof answerRecord>;

/**
 * What a delayed notice seals; its RFC 8785 bytes travel in the transient field `location`. `salt` is
 * 128 random bits in base64url, so that the place cannot be guessed from the digest.
 */
export const sealedLocation = z.strictObject({
  location,
  salt: z.string().regex(/^[A-Za-z0-9_-]{21}[AQgw]$/),
});
export type SealedLocation = z.infer<typeof sealedLocation>;

/** `evidence:disclose`: opens a delayed notice; `location` and `salt` hash to the sealed digest. */
export const discloseInput = z.strictObject({
  acquisition: acquisitionId,
  ...sealedLocation.shape,
  reason: plainText(280),
});
export type DiscloseInput = z.infer<typeof discloseInput>;
/** `evidence:determine`: what was UNKNOWN became known; what was known stays as it was said. */
export const determineInput = z.strictObject({
  acquisition: acquisitionId,
  location,
  reason: plainText(280),
});
export type DetermineInput = z.infer<typeof determineInput>;
/** Key `location/<acquisition>/<txId>`: what became known after the acquisition was recorded. */
export const locationRecord = z.strictObject({
  type: z.literal('tabellion.location'),
  v: z.literal(1),
  acquisition: acquisitionId,
  cause: z.enum(['DISCLOSED', 'DETERMINED']),
  ...purpose,
  location,
  crossBorder,
  touched,
  /** A disclosure after `delayedNotice.latest`; at exactly that time it is in time (O-2). */
  overdue: z.boolean(),
  timeWindowSeconds: z.int(),
  act,
});
export type LocationRecord = z.infer<typeof locationRecord>;

/** `evidence:segregate`: names the relevant subset of a full copy (EVD-9). */
export const segregateInput = z.strictObject({
  acquisition: acquisitionId,
  /** Merkle root over the relevant items' leaf hashes, and how many they are. */
  relevantRoot: digestHex,
  relevant: count,
  rest: z.enum(['SEALED', 'RETURNED']),
  reason: plainText(280),
});
export type SegregateInput = z.infer<typeof segregateInput>;
/** Key `segregation/<acquisition>/<txId>`. */
export const segregationRecord = z.strictObject({
  type: z.literal('tabellion.segregation'),
  v: z.literal(1),
  ...segregateInput.shape,
  ...continuation,
  act,
});
export type SegregationRecord = z.infer<typeof segregationRecord>;

/**
 * `evidence:anchorJournal`: one batch of the gateway's journal, in which refusals (requirements, part
 * 0) and reads of evidence (O-3) are kept; a refused act leaves no record of its own on the ledger.
 */
export const anchorJournalInput = z.strictObject({
  root: digestHex,
  size: z.int().min(1).max(MAX_BATCH_ITEMS),
  from: timestamp,
  to: timestamp,
  /** Position in this member's chain of journal batches, from 1. */
  sequence: z.int().min(1),
  previous: digestHex.nullable(),
});
export type AnchorJournalInput = z.infer<typeof anchorJournalInput>;
/** Key `journal/<SHA-256 of the record's canonical bytes>`. */
export const journalRecord = z.strictObject({
  type: z.literal('tabellion.journal'),
  v: z.literal(1),
  ...anchorJournalInput.shape,
  /** The founding agreement, which obliges every member to keep the journal (O-7). */
  legalBasis: governed,
  reason: z.literal('journal of refusals and reads'),
  act,
});
export type JournalRecord = z.infer<typeof journalRecord>;

/** Key `journal-head/<mspId>`: where the member's chain of journal batches stands. */
export const journalHeadRecord = z.strictObject({
  type: z.literal('tabellion.journal-head'),
  v: z.literal(1),
  sequence: count,
  last: digestHex,
});
export type JournalHeadRecord = z.infer<typeof journalHeadRecord>;

/** `evidence:read`: the exact bytes under one key; of a batch, what an attestation attests. */
export const readArgument = z
  .string()
  .regex(
    /^(acquisition|head|batch|closing|answer|location|location-head|segregation|journal|journal-head)\/[A-Za-z0-9/._-]{1,180}$/,
  );

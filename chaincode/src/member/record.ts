/**
 * The word `member`: who takes part, what they accept, and the data that they govern together.
 * CNS-1, CNS-2, CNS-3, CNS-7, CNS-10, CNS-21, CNS-22, CNS-26, EVD-15, EVD-20, EVD-21.
 */
import { MAX_BATCH_ITEMS, PROVENANCES, type Provenance } from '@tabellion/proof';
import { z } from 'zod';
import {
  act,
  digestHex,
  governed,
  identifier,
  jurisdiction,
  mspId,
  plainText,
  version,
} from '../kernel/schema.ts';
import { calendarBody } from '../order/clock/calendar.ts';
import { orderProfileBody } from '../order/profile.ts';
import { treatyBody } from '../order/route.ts';
import { orderKind } from '../order/vocabulary.ts';
import { memberKind } from './role.ts';

export { type MemberKind, memberKind, ROLES, type Role, role } from './role.ts';

const memberStatus = z.enum(['ACTIVE', 'SUSPENDED']);

export const authorisationKind = z.enum(['JUDICIAL', 'EMERGENCY_POLICE', 'INTERNAL']);

/** What a member publishes of itself (CNS-7, CNS-10, EVD-15, EVD-20). */
export const profile = z.strictObject({
  acceptedOrders: z
    .array(z.strictObject({ kind: orderKind, reservation: plainText(280).optional() }))
    .max(16),
  acceptedAuthorisations: z.array(authorisationKind).max(3),
  adoptedStandards: z.array(governed).max(64),
  schemaVersions: z.strictObject({
    evidence: z.array(version).max(16),
    member: z.array(version).max(16),
  }),
});
export type Profile = z.infer<typeof profile>;

/** Why a governed record is as it is (O-7): the basis, the reason, and the proposal that carried it. */
const cause = z.strictObject({
  legalBasis: governed,
  reason: plainText(280),
  proposal: digestHex.nullable(),
});
export type Cause = z.infer<typeof cause>;

/** Key `member/<mspId>`; every version also stands under `member-history/<mspId>/<version>`. */
export const memberRecord = z.strictObject({
  type: z.literal('tabellion.member'),
  v: z.literal(1),
  mspId,
  name: plainText(120),
  jurisdiction,
  kind: memberKind,
  status: memberStatus,
  profile,
  version,
  cause,
  act,
});
export type MemberRecord = z.infer<typeof memberRecord>;

/** Key `founding`: the act that other acts of membership stand on (O-7). */
export const foundingRecord = z.strictObject({
  type: z.literal('tabellion.founding'),
  v: z.literal(1),
  members: z.array(mspId).min(2).max(64),
  legalBasis: governed,
  reason: plainText(280),
  act,
});
export type FoundingRecord = z.infer<typeof foundingRecord>;

/** Parameters that the papers leave open are mandatory at founding; no silent default. */
export const PARAMETERS = {
  /** Distinct members that must endorse (CNS-2). */
  endorsementThreshold: z.int().min(2).max(64),
  /** Share of active members whose YES carries a proposal, in basis points. */
  voteThresholdBps: z.int().min(5001).max(10_000),
  /** Most items in one batch. */
  batchMaxItems: z.int().min(1).max(MAX_BATCH_ITEMS),
  /** A volatile item anchored later than this after collection is flagged (EVD-12), seconds. */
  volatileGapSeconds: z.int().min(1).max(31_536_000),
  /** `peer.authentication.timewindow` in force, seconds (O-2). */
  timeWindowSeconds: z.int().min(1).max(86_400),
  /** Longest time a covert measure may delay the notice to the touched state, seconds. */
  noticeDelayMaxSeconds: z.int().min(1).max(157_680_000),
  /** A custody step recorded, or an offer accepted, later than this is flagged (EVD-2, O-2), seconds. */
  custodyGapSeconds: z.int().min(1).max(31_536_000),
  /** Time to answer an objection before it is overdue (EVD-10), seconds. */
  objectionAnswerSeconds: z.int().min(1).max(157_680_000),
  /** Longest time for which people outside the membership may be given access (O-1), seconds. */
  disclosureMaxSeconds: z.int().min(1).max(157_680_000),
  /** Time to hand out the manifest of a label batch before others may say it is kept back, seconds. */
  labelFetchSeconds: z.int().min(1).max(31_536_000),
} as const;
export type ParameterName = keyof typeof PARAMETERS;
export const parameterName = z.enum(Object.keys(PARAMETERS) as [ParameterName, ...ParameterName[]]);

/** Key `parameter/<name>`; every version also under `parameter-history/<name>/<version>` (CNS-22). */
export const parameterRecord = z.strictObject({
  type: z.literal('tabellion.parameter'),
  v: z.literal(1),
  name: parameterName,
  value: z.int(),
  version,
  cause,
  act,
});
export type ParameterRecord = z.infer<typeof parameterRecord>;

/**
 * What a collection method obliges to (EVD-3, 4, 5, 17; EVD-21: methods are data, not code). A reason
 * is owed whatever the method (EVD-4, O-7).
 */
export const obligation = z.enum([
  /** At least one recording of kind VIDEO, PHOTO or SCREEN_CAPTURE. */
  'RECORDING',
  /** A recording, or the reason why there is none. */
  'RECORDING_OR_REASON',
  /** A reference to an order (ORD-22). */
  'ORDER',
  /** A statement on access limits respected; missing is flagged, not refused (EVD-17). */
  'ACCESS_LIMITS_STATEMENT',
]);

const points = z.int().min(0).max(100);

/** Whose objection it is: the member's own, or a person's, brought by the member. */
export const objector = z.enum(['MEMBER', 'PERSON']);

/**
 * What is presumed of assets that passed an address of such a category, until it is rebutted (LBL-4). It is
 * shown beside the labels and decides nothing; where nobody has adopted it, it is not shown at all.
 */
const presumptionBody = z.strictObject({
  title: plainText(160),
  instrument: plainText(160),
  article: plainText(40),
  edition: plainText(40),
  /** Whose law it is. Empty, as long as it is a proposal. */
  adoptedBy: z.array(jurisdiction).max(64),
  taxonomy: governed,
  /** Each counts with all that stands below it. */
  categories: z.array(identifier).min(1).max(32),
  presumed: z.literal('PRESUMED_ILLICIT'),
  rebuttedBy: z.array(objector).min(1).max(2),
  /** From when the presumption stands on the ledger; a later rebuttal is taken and called late. */
  rebuttalDays: z.int().min(1).max(36_500),
});
export type PresumptionRule = z.infer<typeof presumptionBody>;

const referenceBody = {
  method: z.strictObject({
    title: plainText(120),
    unilateral: z.boolean(),
    obligations: z.array(obligation).max(8),
  }),
  legalBasis: z.strictObject({
    instrument: plainText(160),
    article: plainText(40),
    edition: plainText(40),
    jurisdiction,
    /**
     * What may rest on this basis: collection at home, collection abroad on a ground of that kind
     * (EVD-6), or a notice to the touched state that comes later (CNS-5).
     */
    opens: z.array(z.enum(['DOMESTIC', 'ORDER', 'TREATY', 'CONSENT', 'DELAYED_NOTICE'])).max(5),
  }),
  standard: z.strictObject({
    title: plainText(160),
    publisher: plainText(120),
    edition: plainText(40),
  }),
  /** What an address may be labelled as (LBL-3, LBL-5, LBL-9); a parent stands before its children. */
  taxonomy: z.strictObject({
    title: plainText(160),
    publisher: plainText(120),
    edition: plainText(40),
    categories: z
      .array(
        z.strictObject({ id: identifier, parent: identifier.optional(), title: plainText(120) }),
      )
      .min(1)
      .max(512)
      .refine(isTree, { error: 'an entry stands twice, or before its parent' }),
  }),
  /**
   * How what is said of a label becomes one number from 0 to 100, shown beside all of it and never in its
   * place. Whole points; docs/architecture.md explains the sum.
   */
  scoring: z.strictObject({
    title: plainText(160),
    /** By how the asserter came to know. */
    weights: z.strictObject(
      Object.fromEntries(PROVENANCES.map((name) => [name, points])) as Record<
        Provenance,
        typeof points
      >,
    ),
    /** The weight halves in so many days after the address was last observed. */
    halfLifeDays: z.int().min(1).max(36_500),
    /** For each further member that comes to the same, or meets the address, and how many count. */
    corroboration: points,
    corroborationsMax: z.int().min(0).max(10),
    /** Off for each member that found it harmless, and how many count. */
    falsePositive: points,
    falsePositivesMax: z.int().min(0).max(10),
    /** Off while a dispute waits for its answer. */
    openDispute: points,
    /** On or off at most, for the mean opinion of the other members. */
    opinion: points,
  }),
  presumption: presumptionBody,
  calendar: calendarBody,
  treaty: treatyBody,
  orderProfile: orderProfileBody,
} as const;

function isTree(
  categories: readonly { readonly id: string; readonly parent?: string | undefined }[],
) {
  const known = new Set<string>();
  return categories.every(({ id, parent }) => {
    const fits = !known.has(id) && (parent === undefined || known.has(parent));
    known.add(id);
    return fits;
  });
}

export const referenceRegister = z.enum([
  'method',
  'legalBasis',
  'standard',
  'taxonomy',
  'scoring',
  'presumption',
  'calendar',
  'treaty',
  'orderProfile',
]);
export type ReferenceRegister = z.infer<typeof referenceRegister>;

export const referenceEntry = z.discriminatedUnion('register', [
  z.strictObject({
    register: z.literal('method'),
    id: identifier,
    version,
    body: referenceBody.method,
  }),
  z.strictObject({
    register: z.literal('legalBasis'),
    id: identifier,
    version,
    body: referenceBody.legalBasis,
  }),
  z.strictObject({
    register: z.literal('standard'),
    id: identifier,
    version,
    body: referenceBody.standard,
  }),
  z.strictObject({
    register: z.literal('taxonomy'),
    id: identifier,
    version,
    body: referenceBody.taxonomy,
  }),
  z.strictObject({
    register: z.literal('scoring'),
    id: identifier,
    version,
    body: referenceBody.scoring,
  }),
  z.strictObject({
    register: z.literal('presumption'),
    id: identifier,
    version,
    body: referenceBody.presumption,
  }),
  z.strictObject({
    register: z.literal('calendar'),
    id: identifier,
    version,
    body: referenceBody.calendar,
  }),
  z.strictObject({
    register: z.literal('treaty'),
    id: identifier,
    version,
    body: referenceBody.treaty,
  }),
  z.strictObject({
    register: z.literal('orderProfile'),
    id: identifier,
    version,
    body: referenceBody.orderProfile,
  }),
]);
export type ReferenceEntry = z.infer<typeof referenceEntry>;
/** Key `reference/<register>/<id>/<version>`, written once; the highest version is the current one. */
export const referenceRecord = z.strictObject({
  type: z.literal('tabellion.reference'),
  v: z.literal(1),
  entry: referenceEntry,
  cause,
  act,
});
export type ReferenceRecord = z.infer<typeof referenceRecord>;

/** A change that the members decide by vote. */
export const change = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('ADMIT'),
    mspId,
    name: plainText(120),
    jurisdiction,
    memberKind,
    profile,
  }),
  z.strictObject({ kind: z.literal('SUSPEND'), mspId }),
  z.strictObject({ kind: z.literal('RESUME'), mspId }),
  z.strictObject({ kind: z.literal('SET_PARAMETER'), name: parameterName, value: z.int() }),
  z.strictObject({ kind: z.literal('PUBLISH'), entry: referenceEntry }),
]);
export type Change = z.infer<typeof change>;

/** OPEN until carried or rejected by the votes; STALE when carried but no longer applicable. */
const proposalState = z.enum(['OPEN', 'CARRIED', 'REJECTED', 'STALE']);
export type ProposalState = z.infer<typeof proposalState>;

/** Key `proposal/<id>`. */
export const proposalRecord = z.strictObject({
  type: z.literal('tabellion.proposal'),
  v: z.literal(1),
  id: digestHex,
  change,
  /** For an admission: the treaty or agreement that the new member joins under (CNS-26). */
  legalBasis: governed,
  reason: plainText(280),
  state: proposalState,
  /** Threshold in force when proposed; it stays with the proposal (CNS-22). */
  thresholdBps: z.int(),
  act,
});
export type ProposalRecord = z.infer<typeof proposalRecord>;

/** Key `vote/<proposal>/<mspId>`. Binds the member: needs its marker. */
export const voteRecord = z.strictObject({
  type: z.literal('tabellion.vote'),
  v: z.literal(1),
  proposal: digestHex,
  choice: z.enum(['YES', 'NO']),
  legalBasis: governed,
  reason: plainText(280),
  /** State of the proposal after this vote. */
  outcome: proposalState,
  act,
});
export type VoteRecord = z.infer<typeof voteRecord>;

// Inputs of the transactions, one JSON document each.
export const foundInput = z.strictObject({
  members: z
    .array(z.strictObject({ mspId, name: plainText(120), jurisdiction, kind: memberKind, profile }))
    .min(2)
    .max(64),
  parameters: z.strictObject({
    endorsementThreshold: PARAMETERS.endorsementThreshold,
    voteThresholdBps: PARAMETERS.voteThresholdBps,
    batchMaxItems: PARAMETERS.batchMaxItems,
    volatileGapSeconds: PARAMETERS.volatileGapSeconds,
    timeWindowSeconds: PARAMETERS.timeWindowSeconds,
    noticeDelayMaxSeconds: PARAMETERS.noticeDelayMaxSeconds,
    custodyGapSeconds: PARAMETERS.custodyGapSeconds,
    objectionAnswerSeconds: PARAMETERS.objectionAnswerSeconds,
    disclosureMaxSeconds: PARAMETERS.disclosureMaxSeconds,
    labelFetchSeconds: PARAMETERS.labelFetchSeconds,
  }),
  reference: z.array(referenceEntry).max(256),
  /** The founding agreement; must stand in `reference`. */
  legalBasis: governed,
  reason: plainText(280),
});
export type FoundInput = z.infer<typeof foundInput>;
/** The founding of a ledger that may be older than the newest parameters, which a vote sets there. */
export const earlierFoundInput = foundInput.extend({
  parameters: foundInput.shape.parameters.partial({
    custodyGapSeconds: true,
    objectionAnswerSeconds: true,
    disclosureMaxSeconds: true,
    labelFetchSeconds: true,
  }),
});
/** `id` is 32 random bytes in hex, chosen by the client. */
export const proposeInput = z.strictObject({
  id: digestHex,
  change,
  legalBasis: governed,
  reason: plainText(280),
});
export type ProposeInput = z.infer<typeof proposeInput>;
export const voteInput = z.strictObject({
  proposal: digestHex,
  choice: z.enum(['YES', 'NO']),
  reason: plainText(280),
});
export type VoteInput = z.infer<typeof voteInput>;
export const declareInput = z.strictObject({ profile, reason: plainText(280) });
export type DeclareInput = z.infer<typeof declareInput>;

/** `member:read`: the exact bytes under one key. */
export const readArgument = z
  .string()
  .regex(
    /^(founding|(member|member-history|parameter|parameter-history|reference|proposal|vote)\/[A-Za-z0-9/._-]{1,180})$/,
  );

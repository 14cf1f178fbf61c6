/**
 * The word `custody`: single items once they move, be they anchored files, physical exhibits or what was
 * derived from either, and every step of their way, chained item by item. EVD-2, EVD-6, EVD-11, EVD-13,
 * EVD-14, EVD-15, EVD-20, EVD-22, O-2, O-4, O-7.
 */
import { z } from 'zod';
import { acquisitionId, recording } from '../evidence/record.ts';
import {
  act,
  count,
  digestHex,
  governed,
  identifier,
  jurisdiction,
  mspId,
  plainText,
  reference,
  timestamp,
  versionText,
} from '../kernel/schema.ts';
import { authorisationKind } from '../member/record.ts';

/** Legal holds of one member that are in force on one item at a time. */
export const MAX_HOLDS = 4;
/** Holds at most: of as many members as a consortium can have. */
const MOST_HOLDS = 64 * MAX_HOLDS;
/** Items from what was collected to what was derived last, so that every reader's work is bounded. */
export const MAX_LINEAGE = 64;

/**
 * An item's name, from `itemId` in proof: it follows from the member that opened, registered or derived
 * the item and from the leaf, so that no other member can take it first.
 */
export const itemName = digestHex;
/** Merkle leaf hash of an item's commitment, which stays off the ledger. */
const leaf = digestHex;

const reason = plainText(280);
/** A photograph or film of a physical exhibit or of a step. */
const pictures = z.array(recording).max(16);
/** Numbers of seals, as printed on them. */
const seals = z.array(reference).max(16);
/** Salted digests of witnesses' names; the names stay with the member (O-1). */
const witnesses = z.array(digestHex).max(16);
/** Where a thing lies and how it is kept: no address of a person. */
const storage = z.strictObject({ place: plainText(120), conditions: plainText(160) });
const tools = z
  .array(
    z.strictObject({ name: plainText(80), version: versionText(40), sha256: digestHex.optional() }),
  )
  .max(16);

/** EVD-11: an item that copies an original which stays under another jurisdiction's control. */
export const mirrorOf = z.strictObject({
  jurisdiction,
  /** Who holds the original there: a member, or a name that its authorities know. */
  custodian: reference,
  /** SHA-256 of the original's content. */
  sha256: digestHex,
  /** The original's own item, if it is on the ledger. */
  original: itemName.optional(),
});

const anchored = z.strictObject({
  kind: z.literal('ANCHORED'),
  acquisition: acquisitionId,
  /** Digest of the batch record. */
  batch: digestHex,
  index: count,
});
const exhibit = z.strictObject({
  kind: z.literal('EXHIBIT'),
  /** The acquisition in which it was seized. */
  acquisition: acquisitionId,
  exhibit: reference,
  /** What it is, for example `mobile-phone`. */
  thing: identifier,
  storage,
  pictures,
});
const derived = z.strictObject({
  kind: z.literal('DERIVED'),
  /** The item that it was made from, which stays as it is. */
  source: itemName,
  as: z.discriminatedUnion('form', [
    z.strictObject({ form: z.literal('WORKING_COPY') }),
    z.strictObject({ form: z.literal('ANALYSIS') }),
    /** EVD-14: into another jurisdiction's form; both standards are named. */
    z.strictObject({
      form: z.literal('CONVERSION'),
      from: governed,
      to: governed,
    }),
  ]),
  tools,
});
/** How an item came to be one. */
export const origin = z.discriminatedUnion('kind', [anchored, exhibit, derived]);
export type Origin = z.infer<typeof origin>;

/** What every later record of an item repeats, so that it stands by itself (O-7). */
const purpose = { case: reference, legalBases: z.array(governed).min(1).max(8) } as const;

/** Whoever answers for an item: one person of one member. */
export const holder = z.strictObject({ member: mspId, person: act.shape.person });
export type Holder = z.infer<typeof holder>;

/** Key `item/<id>`, written once. */
export const itemRecord = z.strictObject({
  type: z.literal('tabellion.custody-item'),
  v: z.literal(1),
  item: itemName,
  leaf,
  origin,
  mirrorOf: mirrorOf.optional(),
  seals,
  witnesses,
  ...purpose,
  reason,
  /** The claimed time of what is recorded: the opening of custody, the seizure, the derivation. */
  happenedAt: timestamp,
  flags: z.array(z.enum(['RECORDED_LATE', 'GATEWAY_HELD_KEY'])),
  timeWindowSeconds: z.int(),
  act,
});
export type ItemRecord = z.infer<typeof itemRecord>;

/** EVD-22. An item on offer is still its giver's; what is returned or disposed of is nobody's here. */
export const custodyStatus = z.enum(['HELD', 'OFFERED', 'RETURNED', 'DISPOSED']);
export type CustodyStatus = z.infer<typeof custodyStatus>;

/** To a member, or to one person of it. */
export const receiver = z.strictObject({ member: mspId, person: act.shape.person.optional() });

/** Key `item-head/<id>`: where the item's chain of custody stands. Rewritten by every step. */
export const itemHeadRecord = z.strictObject({
  type: z.literal('tabellion.item-head'),
  v: z.literal(1),
  item: itemName,
  /** Steps so far; the item's own record is 0. */
  sequence: count,
  /** Digest of the last step's record, or of the item's own. */
  last: digestHex,
  /** When the last step in the holders' hands happened, as claimed: later ones may not lie before it. */
  happenedAt: timestamp,
  status: custodyStatus,
  holder,
  /** The open offer. */
  offer: z.strictObject({ to: receiver, happenedAt: timestamp }).nullable(),
  seals,
  /** Legal holds in force: the transactions that placed them, and for which members. */
  holds: z.array(z.strictObject({ hold: digestHex, member: mspId })).max(MOST_HOLDS),
  /** Steps of the holders' own, and their records' bytes: what `bounds.ts` limits. */
  way: z.strictObject({ steps: count, bytes: count }),
  /** Steps beside that way, by the members that took them, each member's counted by itself. */
  apart: z.array(
    z.strictObject({ member: mspId, holds: count, corrections: count, confirmations: count }),
  ),
  /** Null for what is no mirror copy (EVD-11). */
  mirror: z.enum(['UNCONFIRMED', 'CONFIRMED', 'DENIED']).nullable(),
});
export type ItemHeadRecord = z.infer<typeof itemHeadRecord>;

/**
 * What each step of an item says: `sequence` counts from 1 and `previous` is the digest of the record
 * before; both are the client's claim and refused if the ledger is elsewhere (EVD-2).
 */
const step = {
  item: itemName,
  sequence: z.int().min(1).max(1_000_000_000),
  previous: digestHex,
  happenedAt: timestamp,
  reason,
} as const;

/** A seal as found by whoever looked. */
const foundSeals = z.array(z.strictObject({ seal: reference, intact: z.boolean() })).max(16);
/** Whether the content was hashed anew and compared with the commitment. */
const checked = z.enum(['MATCHES', 'DIFFERS', 'NOT_CHECKED']);

/**
 * Why a state denies a mirror. Only the first is a matter of digests: a copy that agrees bit by bit may
 * still be of what nobody there holds, or may not have been allowed (EVD-11, CNS-5).
 */
export const denialGround = z.enum([
  'CONTENT_DIFFERS',
  'NO_SUCH_ORIGINAL',
  'NOT_AUTHORISED',
  'OTHER',
]);

/** What each kind of step says besides. */
const bodies = {
  /** The giver's half of a hand-over; alone it completes nothing (EVD-22). */
  OFFER: { to: receiver },
  /** The receiver's half. Binds its member: needs its marker. */
  ACCEPT: { foundSeals, checked },
  /** The receiver's refusal; the giver goes on holding the item. Binds its member. */
  REFUSE: {},
  /** The giver takes the offer back. */
  WITHDRAW: {},
  /** Another person of the holder's own member steps in, for example after a departure. */
  TAKE_OVER: { foundSeals, checked },
  EXAMINE: {
    /** In a few words; the findings stand in the report or in a derived item. */
    method: plainText(160),
    tools,
    report: z.strictObject({ sha256: digestHex, size: count }).optional(),
    checked,
    recordings: pictures,
  },
  /** New seals, on what is not under seal. */
  SEAL: { seals: seals.min(1), witnesses, pictures },
  UNSEAL: { foundSeals: foundSeals.min(1), witnesses, pictures },
  /** A physical exhibit changes its place within the holder's care. */
  MOVE: { storage, foundSeals },
  /** To the entitled person or the original's custodian; ends custody here. */
  RETURN: { to: plainText(120), receipt: digestHex.optional() },
  /** Legal hold: keeps an item from return and disposal until it is lifted. */
  HOLD: { legalBasis: governed },
  LIFT: { hold: digestHex },
  DISPOSE: {
    legalBasis: governed,
    authority: z.strictObject({
      kind: authorisationKind,
      reference,
      sha256: digestHex.optional(),
    }),
    witnesses,
  },
  /** Says that an earlier record of this item is wrong, and what is right; both stay (O-7). */
  CORRECT: { corrects: digestHex, statement: plainText(280) },
  /**
   * The original's jurisdiction says whether it stands by the mirror. Binds its member. A confirmation
   * gives the very digest that the mirror names; a denial says on what ground, and the reason the rest.
   */
  CONFIRM: {
    position: z.enum(['CONFIRMED', 'DENIED']),
    /** Of the original, where it was hashed. */
    sha256: digestHex.optional(),
    ground: denialGround.optional(),
  },
} as const;
export type StepKind = keyof typeof bodies;

export const stepFlag = z.enum([
  /** More than `custodyGapSeconds` between the step and its record. */
  'RECORDED_LATE',
  /** More than `custodyGapSeconds` between offer and acceptance. */
  'TRANSIT_GAP',
  'SEAL_BROKEN',
  /** Other seals were found than those that the last sealing names. */
  'SEALS_DIFFER',
  'CONTENT_DIFFERS',
  'CONTENT_NOT_CHECKED',
  /** By the receiver's own profile (EVD-20, EVD-15). */
  'AUTHORISATION_NOT_ACCEPTED',
  'AUTHORISATION_NOT_STATED',
  'STANDARD_NOT_ADOPTED',
  /** The original's state has not taken a position (EVD-11). */
  'MIRROR_UNCONFIRMED',
  /** It denies the mirror: the denial itself, and each step that rests on the content while it stands. */
  'MIRROR_DENIED',
  /** The original's state says otherwise than it did before: what was flagged then stays flagged. */
  'MIRROR_POSITION_CHANGED',
  'GATEWAY_HELD_KEY',
]);
export type StepFlag = z.infer<typeof stepFlag>;

const recordOf = <K extends StepKind>(kind: K) =>
  z.strictObject({
    type: z.literal('tabellion.custody'),
    v: z.literal(1),
    kind: z.literal(kind),
    ...step,
    ...bodies[kind],
    ...purpose,
    flags: z.array(stepFlag),
    timeWindowSeconds: z.int(),
    act,
  });

/** Key `custody/<SHA-256 of this record's canonical bytes>`, written once. */
export const custodyRecord = z.discriminatedUnion('kind', [
  recordOf('OFFER'),
  recordOf('ACCEPT'),
  recordOf('REFUSE'),
  recordOf('WITHDRAW'),
  recordOf('TAKE_OVER'),
  recordOf('EXAMINE'),
  recordOf('SEAL'),
  recordOf('UNSEAL'),
  recordOf('MOVE'),
  recordOf('RETURN'),
  recordOf('HOLD'),
  recordOf('LIFT'),
  recordOf('DISPOSE'),
  recordOf('CORRECT'),
  recordOf('CONFIRM'),
]);
export type CustodyRecord = z.infer<typeof custodyRecord>;

const opening = {
  item: itemName,
  leaf,
  seals,
  witnesses,
  happenedAt: timestamp,
  reason,
} as const;
/**
 * `custody:open`: an anchored item gets records of its own. `path` is its Merkle audit path in the batch,
 * leaf side first (RFC 6962); it is checked and not recorded.
 */
export const openInput = z.strictObject({
  ...opening,
  origin: anchored,
  path: z.array(digestHex).max(16),
  mirrorOf: mirrorOf.optional(),
});
export type OpenInput = z.infer<typeof openInput>;
/** `custody:register`: a physical exhibit. */
export const registerInput = z.strictObject({ ...opening, origin: exhibit });
export type RegisterInput = z.infer<typeof registerInput>;
/** `custody:derive`: a working copy, a conversion or a result of analysis, pointing to its source. */
export const deriveInput = z.strictObject({ ...opening, origin: derived });
export type DeriveInput = z.infer<typeof deriveInput>;

const inputOf = <K extends StepKind>(kind: K) => z.strictObject({ ...step, ...bodies[kind] });
/** Inputs of the steps, by the verb of their transaction. */
export const stepInputs = {
  offer: inputOf('OFFER'),
  accept: inputOf('ACCEPT'),
  refuse: inputOf('REFUSE'),
  withdraw: inputOf('WITHDRAW'),
  takeOver: inputOf('TAKE_OVER'),
  examine: inputOf('EXAMINE'),
  seal: inputOf('SEAL'),
  unseal: inputOf('UNSEAL'),
  move: inputOf('MOVE'),
  return: inputOf('RETURN'),
  hold: inputOf('HOLD'),
  lift: inputOf('LIFT'),
  dispose: inputOf('DISPOSE'),
  correct: inputOf('CORRECT'),
  confirm: inputOf('CONFIRM'),
} as const;
export type StepVerb = keyof typeof stepInputs;

/** `custody:read`: the exact bytes under one key. */
export const readArgument = z.string().regex(/^(item|item-head|custody)\/[0-9a-f]{64}$/);

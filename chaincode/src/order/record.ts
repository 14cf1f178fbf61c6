/**
 * The word `order`: what one state asks of another, or of a platform or exchange, from its issue to its end,
 * with the clocks that the law sets. ORD-1, ORD-2, ORD-5, ORD-7, ORD-10, ORD-11, ORD-20, ORD-24, CNS-6,
 * CNS-10, CNS-11, O-1, O-2, O-7.
 */
import { z } from 'zod';
import { acquisitionId } from '../evidence/record.ts';
import {
  act,
  digestHex,
  governed,
  identifier,
  jurisdiction,
  mspId,
  plainText,
  reference,
  timestamp,
} from '../kernel/schema.ts';
import { MAX_DAYS } from './clock/period.ts';
import { MAX_STATED } from './stated.ts';
import { ORDER_STATUSES } from './transition.ts';
import { dataCategory, orderEvent, orderKind, party, validation } from './vocabulary.ts';

/** 32 hexadecimal digits, random, chosen by the client. */
export const orderId = z.string().regex(/^[0-9a-f]{32}$/);
const reason = plainText(280);

/** Salted SHA-256 of what each party is given to read, which only it and the issuer hold (O-1). */
const contents = z.strictObject({ ADDRESSEE: digestHex, ENFORCING: digestHex.optional() });

/** What a party is given to read: private data, its canonical bytes under the public digest. */
export const orderContent = z.strictObject({
  type: z.literal('tabellion.order-content'),
  v: z.literal(1),
  order: orderId,
  for: z.enum(['ADDRESSEE', 'ENFORCING']),
  /** 256 random bits, base64url: a form with few blanks could be guessed from its digest alone. */
  salt: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  fields: z
    .array(z.strictObject({ id: identifier, text: z.string().min(1).max(4096) }))
    .min(1)
    .max(32),
});
export type OrderContent = z.infer<typeof orderContent>;

/** `order:issue`. With it come, as transient data, the contents under the names of their parties. */
export const issueInput = z.strictObject({
  id: orderId,
  profile: governed,
  case: reference,
  categories: z.array(dataCategory).min(1).max(6),
  addressee: mspId,
  /** The authority that is notified, or asked to enforce; where the profile has one. */
  enforcing: mspId.optional(),
  /** Why it is not notified although the data would call for it: the profile's exception is claimed. */
  notNotified: reason.optional(),
  /** Whose calendar counts the days of which party. */
  calendars: z.strictObject({
    ISSUER: governed,
    ADDRESSEE: governed,
    ENFORCING: governed.optional(),
  }),
  contents,
  /** How many days each clock of the profile lasts whose length is for the order to say. */
  stated: z
    .array(z.strictObject({ clock: identifier, days: z.int().min(1).max(MAX_DAYS) }))
    .min(1)
    .max(MAX_STATED)
    .optional(),
  /** An order that this one follows, such as the preservation before a production. */
  follows: orderId.optional(),
  legalBasis: governed,
  reason,
});
export type IssueInput = z.infer<typeof issueInput>;

/** Key `order/<id>`, written once. Binds the issuing member: needs its marker. */
export const orderRecord = z.strictObject({
  type: z.literal('tabellion.order'),
  v: z.literal(1),
  ...issueInput.shape,
  kind: orderKind,
  /** Computed: the edition of the treaty by which the way was open; none where the profile rests on none. */
  treaty: governed.optional(),
  /** Computed: whether the enforcing authority is notified. */
  notified: z.boolean(),
  /** Computed, from who issues it on which data. */
  validation,
  jurisdictions: z.strictObject({ ADDRESSEE: jurisdiction, ENFORCING: jurisdiction.optional() }),
  timeWindowSeconds: z.int(),
  act,
});
export type OrderRecord = z.infer<typeof orderRecord>;

const chain = { order: orderId, sequence: z.int().min(1).max(256), previous: digestHex } as const;
const says = { ...chain, reason } as const;

/** What each transaction that follows the issue takes, by its verb. */
export const stepInputs = {
  validate: z.strictObject(says),
  /** Handed over, by which way; the proof of delivery stays with the member, here stands its digest. */
  serve: z.strictObject({ ...says, channel: plainText(60), proof: digestHex.optional() }),
  /** By the addressee, or by the issuer with the channel's proof. */
  receive: z.strictObject({ ...says, receivedAt: timestamp, proof: digestHex.optional() }),
  /** By the enforcing authority, or by the issuer with the channel's proof. */
  takeNotice: z.strictObject({ ...says, receivedAt: timestamp, proof: digestHex.optional() }),
  clear: z.strictObject({ ...says, gate: identifier, legalBasis: governed }),
  object: z.strictObject({
    ...says,
    ground: identifier,
    extent: z.enum(['WHOLE', 'PART', 'CONDITIONS']),
    legalBasis: governed,
  }),
  reportDefect: z.strictObject({
    ...says,
    defect: z.enum(['INCOMPLETE', 'MANIFEST_ERROR', 'TOO_LITTLE']),
    /** Whether the data could be identified and kept all the same. */
    preserved: z.boolean(),
  }),
  /** With new contents where the order itself is corrected, which only the issuer does. */
  clarify: z.strictObject({ ...says, contents: contents.optional() }),
  reportImpossible: z.strictObject(says),
  refuse: z.strictObject({ ...says, ground: identifier, legalBasis: governed }),
  accept: z.strictObject(says),
  maintain: z.strictObject({
    ...says,
    deadline: z.strictObject({ clock: identifier, due: timestamp }).optional(),
  }),
  raiseConflict: z.strictObject({ ...says, law: jurisdiction, legalBasis: governed }),
  decideConflict: z.strictObject({
    ...says,
    outcome: z.enum(['UPHELD', 'LIFTED']),
    legalBasis: governed,
  }),
  execute: z.strictObject({
    ...says,
    extent: z.enum(['WHOLE', 'PART']),
    /** What it yielded, on this ledger. */
    acquisitions: z.array(acquisitionId).max(16),
  }),
  deliver: z.strictObject({
    ...says,
    extent: z.enum(['WHOLE', 'PART']),
    acquisitions: z.array(acquisitionId).max(16),
  }),
  extend: z.strictObject({ ...says, legalBasis: governed }),
  /** The order, or the letter, by which the data are asked for. */
  confirmProduction: z.strictObject({ ...says, production: reference }),
  release: z.strictObject(says),
  forfeit: z.strictObject({ ...says, legalBasis: governed }),
  withdraw: z.strictObject(says),
  enforce: z.strictObject({ ...says, legalBasis: governed }),
  recognise: z.strictObject({ ...says, legalBasis: governed }),
  denyRecognition: z.strictObject({ ...says, ground: identifier, legalBasis: governed }),
  ask: z.strictObject(says),
  reply: z.strictObject(says),
  markOverdue: z.strictObject({ ...says, clock: identifier }),
  close: z.strictObject(says),
} as const;
export type StepVerb = keyof typeof stepInputs;

/** Where a clock stands after a step, with what made it: the rule and the calendar (O-2). */
const reading = z.strictObject({
  clock: identifier,
  state: z.enum(['WAITING', 'OPEN', 'SUSPENDED', 'STOPPED']),
  startedAt: timestamp.nullable(),
  startedBy: party.nullable(),
  due: timestamp.nullable(),
  /** The calendar ends before it: reckoned by the week alone, and nobody is late by it. */
  provisional: z.literal(true).optional(),
});

/** Computed, whatever the step. */
const computed = {
  event: orderEvent,
  party,
  /** The instant that counts for the clocks: when who received it says so, else when it was recorded. */
  countsFrom: timestamp,
  /** Clocks by which it was owed and that were over. */
  late: z.array(identifier).max(24),
  status: z.enum(ORDER_STATUSES),
  profile: governed,
  /** The editions by which days were counted. */
  calendars: issueInput.shape.calendars,
  clocks: z.array(reading).max(24),
  case: reference,
  timeWindowSeconds: z.int(),
  act,
} as const;
type Computed = { readonly [Field in keyof typeof computed]: z.infer<(typeof computed)[Field]> };

/** A step as it is asked for, with its verb. */
export type OrderStep = {
  [Verb in StepVerb]: { readonly verb: Verb } & z.infer<(typeof stepInputs)[Verb]>;
}[StepVerb];
export type OrderStepRecord = OrderStep &
  Computed & { readonly type: 'tabellion.order-step'; readonly v: 1 };

const recordOf = <Verb extends StepVerb>(verb: Verb) =>
  z.strictObject({
    type: z.literal('tabellion.order-step'),
    v: z.literal(1),
    verb: z.literal(verb),
    ...stepInputs[verb].shape,
    ...computed,
  });
const stepRecords = (Object.keys(stepInputs) as StepVerb[]).map(recordOf);
/** The form of each step's record, by its verb. */
export const orderStepRecords = Object.fromEntries(
  stepRecords.map((schema) => [schema.shape.verb.value, schema]),
) as Record<string, z.ZodObject> as Readonly<Record<StepVerb, z.ZodObject>>;
/** Key `order-step/<order>/<sequence>`, written once. Binds the member that takes it: needs its marker. */
export const orderStepRecord = z.discriminatedUnion(
  'verb',
  stepRecords as [(typeof stepRecords)[number], ...typeof stepRecords],
) as unknown as z.ZodType<OrderStepRecord>;

/** What all of them have; what each says besides is described with its act. */
export const orderStepOutline = z.looseObject({
  type: z.literal('tabellion.order-step'),
  v: z.literal(1),
  verb: z.enum(Object.keys(stepInputs) as [StepVerb, ...StepVerb[]]),
  ...says,
  ...computed,
});

/** Steps of one order; the last of them are kept for what ends it. */
export const MAX_STEPS = 256;
export const LAST_STEPS = 8;

/** Key `order-head/<id>`: where the order stands. Rewritten by every step. */
export const orderHeadRecord = z.strictObject({
  type: z.literal('tabellion.order-head'),
  v: z.literal(1),
  order: orderId,
  /** Steps so far; the order's own record is 0. */
  sequence: z.int().min(0).max(MAX_STEPS),
  last: digestHex,
  /** The latest time of a step so far, by the clock of whoever took it. */
  recordedAt: timestamp,
  status: z.enum(ORDER_STATUSES),
  validated: z.boolean(),
  /** What the addressee reported and the issuer has not answered. */
  reported: z.enum(['IMPOSSIBLE_REPORTED', 'REFUSED']).nullable(),
  opened: z.array(identifier).max(8),
  overdue: z.array(identifier).max(24),
  contents,
  /** Who replaced them last, and so does not let them pass. */
  replacedBy: act.shape.person.optional(),
  facts: z
    .array(
      z.strictObject({
        event: orderEvent,
        by: party,
        at: timestamp,
        sets: z.strictObject({ clock: identifier, due: timestamp }).optional(),
        /** The contents were replaced. */
        anew: z.literal(true).optional(),
      }),
    )
    .max(MAX_STEPS + 1),
  clocks: z.array(reading).max(24),
});
export type OrderHeadRecord = z.infer<typeof orderHeadRecord>;

/** `order:read`: the exact bytes under one key. */
export const readArgument = z
  .string()
  .regex(/^(order\/[0-9a-f]{32}|order-head\/[0-9a-f]{32}|order-step\/[0-9a-f]{32}\/\d{1,3})$/);

/** `order:readContent`: the order, whose copy, and its digest. */
export const contentArgument = z
  .string()
  .regex(/^[0-9a-f]{32}\/(ADDRESSEE|ENFORCING)\/[0-9a-f]{64}$/);

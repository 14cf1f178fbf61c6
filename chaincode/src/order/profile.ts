/**
 * An order's kind as data: which instrument, who may issue it and for what, what stands in it and who sees
 * that, which clocks run, what silence means. Governed by the members, so that a treaty needs no code
 * (CNS-10, CNS-11, CNS-22, ORD-1, ORD-7, ORD-10). Facts and their articles: Regulation (EU) 2023/1543 and
 * the other instruments that the shipped profiles cite.
 */
import { z } from 'zod';
import { identifier, jurisdiction, plainText } from '../kernel/schema.ts';
import { memberKind, role } from '../member/role.ts';
import { MAX_DAYS, period } from './clock/period.ts';
import { findContradictions } from './profile-faults.ts';
import { scope } from './scope.ts';
import { dataCategory, orderEvent, orderKind, party, validation } from './vocabulary.ts';

const article = plainText(60);
const title = plainText(160);

/** Who may issue an order on which data, and who must validate it. */
const issuing = z.strictObject({
  article,
  roles: z.array(role).min(1).max(8),
  categories: z.array(dataCategory).min(1).max(6),
  /** Any of them, another person than the issuer. None: it needs no validation. */
  validators: z.array(role).max(8),
  /** AFTER: it may be served first, and a clock says by when it must be validated. */
  validation,
});

/** What stands in the order, and who gets to see it. */
const field = z.strictObject({
  id: identifier,
  article,
  title,
  mandatory: z.boolean(),
  seenBy: z
    .array(z.enum(['ADDRESSEE', 'ENFORCING']))
    .min(1)
    .max(2),
  /** What its text is, where a check before the order is issued can say whether it is well formed. */
  holds: z.enum(['IDENTIFIER', 'TIME_RANGE']).optional(),
});

/** A consent without which a step is not taken: approval, judicial review, or no objection. */
const gate = z.strictObject({
  id: identifier,
  article,
  title,
  /** The issuer's own authorities agree before anybody else has the order, and to nothing else. */
  by: party,
  roles: z.array(role).min(1).max(8),
  /** Which step waits for it. */
  blocks: z.enum(['SERVED', 'EXECUTED', 'DELIVERED', 'FORFEITED', 'CLOSED']),
  /** Of orders on such data only. */
  categories: z.array(dataCategory).min(1).max(6).optional(),
  /** Of orders that the enforcing authority is notified of only. */
  notified: z.literal(true).optional(),
  /** The clock at whose end silence opens it. Without one it stays shut until it is opened. */
  opensWith: identifier.optional(),
});

/** A period of which the instrument gives the bounds, and the order its length (ORD-5, ORD-24). */
const statedPeriod = z.strictObject({
  unit: z.literal('STATED_DAY'),
  least: z.int().min(1).max(MAX_DAYS),
  /** Null: the instrument names no most. */
  most: z.int().min(1).max(MAX_DAYS).nullable(),
  rollsOver: z.boolean(),
});

/** What ends a period in which nothing happened. */
export const SILENCE = [
  /** It is overdue: on record, and nothing else changes. */
  'OVERDUE',
  /** The order lapses, and with it what was owed. */
  'LAPSES',
  /** What could be done until then no longer can. */
  'CLOSES',
] as const;

const clock = z.strictObject({
  id: identifier,
  article,
  title,
  /** Who has to act, or may. */
  obliges: party,
  starts: orderEvent,
  /** Null: the instrument gives no number. */
  period: z.discriminatedUnion('unit', [...period.options, statedPeriod]).nullable(),
  /** Whose calendar counts the days. */
  calendarOf: party,
  suspended: z
    .strictObject({
      by: z
        .array(z.strictObject({ from: orderEvent, until: z.array(orderEvent).min(1).max(4) }))
        .min(1)
        .max(4),
      after: z.enum(['CONTINUES', 'RESTARTS']),
    })
    .nullable(),
  /** Days after it in which nobody is late yet: for what may be done at its end and not before. */
  graceDays: z.int().min(0).max(30),
  /** What was owed by then. */
  stops: z.array(orderEvent).max(8),
  /** What comes too late afterwards. */
  closes: z.array(orderEvent).max(8),
  silence: z.enum(SILENCE),
  /** Roles, of the side that it obliges and of the issuer, before whom the order comes once it is overdue. */
  escalates: z.array(role).min(1).max(8).optional(),
  /** Runs for orders on such data only. */
  categories: z.array(dataCategory).min(1).max(6).optional(),
  /** Runs only where the enforcing authority is notified, or only where it is not. */
  notified: z.boolean().optional(),
  /** Runs only where the order is to be validated after it was served. */
  validation: z.literal('AFTER').optional(),
  /** What the text does not say and the profile had to, or what was not read in it. */
  note: plainText(280).optional(),
});
export type Clock = z.infer<typeof clock>;

const GROUNDS_FOR = ['OBJECTED', 'REFUSED', 'RECOGNITION_DENIED'] as const;

const ground = z.strictObject({
  id: identifier,
  article,
  title,
  /** Which step rests on it. */
  for: z.enum(GROUNDS_FOR),
});

const shape = z.strictObject({
  title,
  instrument: plainText(160),
  article,
  edition: plainText(60),
  /** Why nobody can issue under it: not in force, or not read in its text. Null: it can be used. */
  disabled: plainText(280).nullable(),
  kind: orderKind,
  urgency: z.enum(['ORDINARY', 'EMERGENCY']),
  /** The treaty that both states must be parties to; null where one state's law suffices. */
  treaty: identifier.nullable(),
  /** States whose authorities may issue; null: of every party. */
  issuedIn: z.array(jurisdiction).min(1).max(64).nullable(),
  /** States in which it can be addressed to somebody; left out: in every party. */
  addressedIn: z.array(jurisdiction).min(1).max(64).optional(),
  /** States in which it cannot: those whose law has a way of its own, in a profile of its own. */
  notAddressedIn: z.array(jurisdiction).min(1).max(64).optional(),
  /** Whether the addressee must have declared that it takes orders of this kind (CNS-10). */
  needsAcceptance: z.boolean(),
  categories: z.array(dataCategory).min(1).max(6),
  /** Which facts open it. */
  scope,
  issuing: z.array(issuing).min(1).max(16),
  addressee: z.strictObject({
    kinds: z.array(memberKind).min(1).max(4),
    roles: z.array(role).min(1).max(8),
  }),
  /** The authority that is told, for which data, and who acts for it; null where there is none. */
  enforcing: z
    .strictObject({
      article,
      notifiedOf: z.array(dataCategory).max(6),
      roles: z.array(role).min(1).max(8),
      /** Facts under which it is not notified all the same (Regulation (EU) 2023/1543 art. 8(2)). */
      exception: plainText(280).nullable(),
    })
    .nullable(),
  content: z.array(field).min(1).max(32),
  gates: z.array(gate).max(8),
  clocks: z.array(clock).max(24),
  extension: z
    .strictObject({
      article,
      clock: identifier,
      /** Null: what the order stated, once more. */
      period: period.nullable(),
      times: z.int().min(1).max(32),
    })
    .nullable(),
  grounds: z.array(ground).max(32),
  /** Who upholds it against the law of a third state; null where that cannot be raised. */
  conflict: z.strictObject({ article, roles: z.array(role).min(1).max(8) }).nullable(),
  confidentiality: plainText(280),
  userNotice: plainText(280),
  remedies: plainText(280),
  /** What the text leaves to national law, or does not say, and the profile had to. */
  note: plainText(560).optional(),
});
export type OrderProfile = z.infer<typeof shape>;

/** Body of an entry in the register `orderProfile`; one that contradicts itself is refused with the place. */
export const orderProfileBody = shape.superRefine((profile, context) => {
  for (const { path, message } of findContradictions(profile))
    context.addIssue({ code: 'custom', path: [...path], message });
});

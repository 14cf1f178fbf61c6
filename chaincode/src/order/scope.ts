/**
 * Which facts open a route: connection, offence, emergency, dual criminality (ORD-8, ORD-20, ORD-27). The
 * contract does not see the facts and does not judge them; advice and the check before an order is issued do.
 */
import { z } from 'zod';
import { identifier, plainText } from '../kernel/schema.ts';
import { connection, dataCategory, threat } from './vocabulary.ts';

const article = plainText(60);
const title = plainText(160);

/** What is asked of an offence: all that is said here. */
const offence = z.strictObject({
  article,
  title,
  /** One of these; empty: of any kind. The title says what they are. */
  kinds: z.array(identifier).max(16),
  /** The maximum penalty in the issuing state is at least so long; null: however long. */
  leastMaximumMonths: z.int().min(1).max(600).nullable(),
  /** Whether only one that is committed at least in part by means of an information system counts. */
  bySystem: z.boolean(),
});
export type ScopeOffence = z.infer<typeof offence>;

export const scope = z.strictObject({
  /** Each of them must hold, by any one of what it lists; empty: no tie is asked for. */
  connection: z.array(z.strictObject({ article, anyOf: z.array(connection).min(1).max(8) })).max(4),
  /** For such data, any one row must fit; data that no row names: any offence. */
  offences: z.array(offence.extend({ categories: z.array(dataCategory).min(1).max(6) })).max(16),
  /** Where it serves to carry out a sentence: how long that must be; null: the instrument does not say. */
  sentence: z.strictObject({ article, leastMonths: z.int().min(1).max(600) }).nullable(),
  /** What must be about to happen: any of these; null where no emergency is asked for. */
  emergency: z.strictObject({ article, threats: z.array(threat).min(1).max(5) }).nullable(),
  /** Whether the act must be punishable in the state of the addressee too; null: it need not. */
  dualCriminality: z
    .strictObject({
      article,
      categories: z.array(dataCategory).min(1).max(6),
      /** True: without it the way is closed. False: it may be refused on that ground. */
      bars: z.boolean(),
      /** Offences of which it is not asked. */
      unless: offence.nullable(),
    })
    .nullable(),
  /** How long it takes where the law gives no number, and who says so; null: nobody is known to. */
  usual: z.strictObject({ days: z.int().min(1).max(3650), source: plainText(160) }).nullable(),
});
export type Scope = z.infer<typeof scope>;

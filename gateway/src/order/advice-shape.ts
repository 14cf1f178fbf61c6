/** What the advice on a route says. */
import { ERROR_CODES } from '@tabellion/chaincode/kernel/errors';
import { governed, identifier, mspId, timestamp } from '@tabellion/chaincode/kernel/schema';
import {
  dataCategory,
  orderEvent,
  orderKind,
  validation,
} from '@tabellion/chaincode/order/vocabulary';
import { z } from 'zod';

const article = z.string();
const text = z.string();

/** A fact that a route rests on. */
const rest = z.strictObject({ fact: z.string(), article, text });
export type Rest = z.infer<typeof rest>;

/** What has to be found out first. */
const question = z.strictObject({ fact: z.string(), article, text });
export type Question = z.infer<typeof question>;

/** Why an open route may fail all the same. */
const risk = z.strictObject({ article: article.nullable(), text });
export type Risk = z.infer<typeof risk>;

const closingReason = z.strictObject({
  reason: z.enum([
    'NOT_IN_FORCE',
    'CATEGORY',
    'ROLE',
    'ADDRESSEE',
    'NOT_ACCEPTED',
    'ENFORCING',
    'CALENDAR',
    'STATE',
    'NO_PARTY',
    'RESERVATION',
    'CONNECTION',
    'OFFENCE',
    'SENTENCE',
    'EMERGENCY',
    'DUAL_CRIMINALITY',
  ]),
  code: z
    .enum(ERROR_CODES)
    .nullable()
    .meta({ description: 'With which the contract would refuse it; null: it does not see that' }),
  article: article.nullable(),
  text,
  mend: text.nullable().meta({ description: 'Who could do it instead' }),
});
export type ClosingReason = z.infer<typeof closingReason>;

const profiled = {
  profile: governed,
  title: text,
  instrument: text,
  article,
  kind: orderKind,
  urgency: z.enum(['ORDINARY', 'EMERGENCY']),
  addressee: mspId,
} as const;

const openRoute = z.strictObject({
  ...profiled,
  speed: z
    .strictObject({
      due: timestamp.nullable(),
      keptFrom: timestamp.nullable(),
      clock: identifier.nullable(),
      article: article.nullable(),
      usualDays: z.int().nullable(),
      text,
    })
    .meta({ description: 'By when, if all that starts a clock happened at that instant' }),
  validation,
  notified: z.strictObject({ member: mspId, article, exception: text.nullable() }).nullable(),
  steps: z.array(z.strictObject({ event: orderEvent, article, text })),
  restsOn: z.array(rest),
  questions: z
    .array(question)
    .meta({ description: 'It is open only if they are answered with yes' }),
  risks: z.array(risk),
});
export type OpenRoute = z.infer<typeof openRoute>;

const closedRoute = z.strictObject({ ...profiled, reasons: z.array(closingReason).min(1) });
export type ClosedRoute = z.infer<typeof closedRoute>;

const routes = z.strictObject({
  open: z.array(openRoute),
  openIf: z.array(openRoute),
  closed: z.array(closedRoute),
});
export type Routes = z.infer<typeof routes>;

export const advice = z.strictObject({
  at: timestamp,
  asked: z.strictObject({ kind: orderKind, categories: z.array(dataCategory) }),
  ...routes.shape,
  preserveFirst: routes
    .nullable()
    .meta({ description: 'Of volatile data: how to have them kept until they are produced' }),
});
export type Advice = z.infer<typeof advice>;

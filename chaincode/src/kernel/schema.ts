/** Field schemas that every word shares. All limits are part of the contract's public surface. */
import { z } from 'zod';

/** SHA-256 as 64 lower-case hexadecimal digits. */
export const digestHex = z.string().regex(/^[0-9a-f]{64}$/);
/** Name of a governed entry or of a tool: stable, ASCII. */
export const identifier = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/);
export const mspId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/);
/** `UNKNOWN` is a value with consequences: it is treated as possibly foreign (EVD-6, EVD-7). */
export const UNKNOWN = 'UNKNOWN';
/** ISO 3166-1 alpha-2, or a code of two to eight capitals that the consortium agreed on. */
export const jurisdiction = z
  .string()
  .regex(/^[A-Z]{2,8}$/)
  .refine((code) => code !== UNKNOWN, { error: 'UNKNOWN is no jurisdiction' });
/** A reference into a system outside the ledger (case, order, letter): ASCII, no blanks. */
export const reference = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/:-]{0,95}$/);
export const version = z.int().min(1).max(1_000_000);
/** One edition of an entry in a governed register. */
export const governed = z.strictObject({ id: identifier, version });
export type Governed = z.infer<typeof governed>;
/** Milliseconds since 1970-01-01T00:00:00Z. */
export const timestamp = z.int().min(0).max(253_402_300_799_999);
export const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/**
 * A short statement that every member reads for ever. Personal data must not stand in it (O-1): texts
 * that look like an e-mail address or a telephone, account or identity number are refused, in whatever
 * width or script they are written; dates written year-month-day pass. That is a guard rail, not a
 * guarantee.
 */
export const plainText = (max: number) => textWithout(max, NUMBER, DATE);

/**
 * Of a program, which often has many parts with dots between, or is the day of its making without
 * hyphens: `20140813`.
 */
export const versionText = (max: number) => textWithout(max, UNDOTTED_NUMBER, RELEASE_DAY);

/** For what is said about labels, whose addresses the ledger must not show (O-1). */
export const addressFree = (text: z.ZodString) =>
  text.refine((value) => !ADDRESS.test(foldText(value)), {
    error: 'looks like an address: the label itself says which it is',
  });
export const addressFreeText = (max: number) => addressFree(plainText(max));

/** @param harmless what of a run of digits is no number of a person. */
const textWithout = (max: number, numbers: RegExp, harmless: RegExp) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => text.isWellFormed(), { error: 'holds a lone surrogate' })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
    .refine((text) => !/[\u0000-\u001f\u007f]/.test(text), { error: 'holds a control character' })
    .refine((text) => !looksPersonal(foldText(text), numbers, harmless), {
      error: 'looks like personal data: put it in a file and give its digest',
    });

function looksPersonal(text: string, numbers: RegExp, harmless: RegExp): boolean {
  const digitsLeft = (run: string) => run.replaceAll(harmless, '').match(/\p{Nd}/gu)?.length ?? 0;
  const runs = text.match(numbers) ?? [];
  return /\S@\S/.test(text) || runs.some((run) => digitsLeft(run) > DIGITS_BESIDE);
}

/** As a reader sees it: one form for each character, and none that is not seen. */
const foldText = (text: string) => text.normalize('NFKC').replaceAll(/\p{Cf}/gu, '');

/** Seven digits and more, whatever separates them. */
const NUMBER = /\p{Nd}(?:[\p{Zs}\p{Pd}.·•・−]*\p{Nd}){6,}/gu;
const UNDOTTED_NUMBER = /\p{Nd}(?:[\p{Zs}\p{Pd}−]*\p{Nd}){6,}/gu;
/** Beside a date as many may stand: a time of day, a count. More, and the date is part of a number. */
const DIGITS_BESIDE = 3;
/** The shortest addresses have 25 letters and digits; those of TON have hyphens among 48. */
const ADDRESS = /[A-Za-z0-9]{25,}|[\w-]{48,}/;
const DATE = /\b(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b/g;
const RELEASE_DAY = /\b(?:19|20)\d\d(-?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])\b/g;

/** Who did what, when, on which member's behalf (O-7); computed from certificate and proposal only. */
export const act = z.strictObject({
  txId: digestHex,
  /** Transaction time: the client's claim, checked against the window at endorsement (O-2). */
  at: timestamp,
  member: mspId,
  jurisdiction,
  role: z.string().max(32),
  /** Common name of the certificate: a random pseudonym; no blanks and no `@`, so no plain names. */
  person: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
  /** SHA-256 of the certificate's DER bytes. */
  certificate: digestHex,
  keyCustody: z.enum(['person', 'gateway']),
});
export type Act = z.infer<typeof act>;

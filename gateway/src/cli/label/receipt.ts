/**
 * Receipts of screenings, openings of others' screenings, and proofs of both: files of one JSON a line.
 * What the gateway put on record is held against what was asked and answered.
 */
import { createReadStream } from 'node:fs';
import { digestHex } from '@tabellion/chaincode/kernel/schema';
import {
  BytesError,
  canonicalBytes,
  canonicalText,
  fromBase64url,
  JsonError,
  parseCanonical,
  type Trust,
  verifySeal,
} from '@tabellion/proof';
import { z } from 'zod';
import { base64urlText } from '../../http/schema.ts';
import { type JournalEntry, journalEntry } from '../../journal/entry.ts';
import { entryProof } from '../../journal/shape.ts';
import { readTextLines } from '../../label/format/text-lines.ts';
import { encodeQuestion, type PrivateQuestion } from '../../label/private/query-entry.ts';
import { privateReceipt } from '../../label/private/shape.ts';
import type { Query } from '../../label/screen.ts';
import {
  commitOpening,
  digestAnswers,
  encodeOpening,
  readOpening,
  type ScreeningOpening,
} from '../../label/screening-entry.ts';
import { query, screenAnswer, screeningReceipt } from '../../label/shape.ts';
import { CliError } from '../failure.ts';

/** Longest line of a file of receipts: a thousand answers. */
export const MAX_RECEIPT_BYTES = 64 << 20;

const keptReceipt = z.strictObject({
  type: z.literal('tabellion.screening-receipt'),
  v: z.literal(1),
  ...screeningReceipt.shape,
  queries: z.array(query).min(1),
  answers: z.array(screenAnswer),
});
export type KeptReceipt = z.infer<typeof keptReceipt>;

const texts = z.array(z.string()).min(1);
/** Of a question that was asked privately; what was asked shows only with the blinds. */
const keptPrivate = z.strictObject({
  type: z.literal('tabellion.private-receipt'),
  v: z.literal(1),
  ...privateReceipt.shape,
  question: z.union([
    z.strictObject({ keyId: z.string(), points: texts }),
    z.strictObject({ table: z.string(), buckets: z.array(z.int().min(0)).min(1) }),
  ]),
  blinded: z.array(z.strictObject({ input: z.string(), blind: z.string() })).optional(),
});
export type KeptPrivate = z.infer<typeof keptPrivate>;

const keptOpening = z.strictObject({
  type: z.literal('tabellion.screening-opening'),
  v: z.literal(1),
  position: z.int().min(1),
  entry: base64urlText,
  opening: base64urlText,
});
export type KeptOpening = z.infer<typeof keptOpening>;

const keptProof = z.strictObject({
  type: z.literal('tabellion.entry-proof'),
  v: z.literal(1),
  position: z.int().min(1),
  ...entryProof.shape,
  batch: digestHex,
});
export type KeptProof = z.infer<typeof keptProof>;

const keptScreening = z.discriminatedUnion('type', [keptReceipt, keptPrivate, keptOpening]);
export type KeptScreening = z.infer<typeof keptScreening>;
export type ScreeningEntry = Extract<JournalEntry, { kind: 'SCREENING' }>;
export type PrivateEntry = Extract<JournalEntry, { kind: 'PRIVATE_SCREENING' }>;

export type OpenedEntry =
  | { readonly entry: ScreeningEntry; readonly asked: ScreeningOpening['queries'] }
  /** Asked without saying of which address: the gateway never knew more than how much. */
  | { readonly entry: PrivateEntry; readonly asked: null };

type Unmarked<T> = Omit<T, 'type' | 'v'>;
const encodeLine = (value: object): Uint8Array =>
  Buffer.concat([canonicalBytes(value), Uint8Array.of(0x0a)]);
export const encodeReceipt = (receipt: Unmarked<KeptReceipt>) =>
  encodeLine({ type: 'tabellion.screening-receipt', v: 1, ...receipt });
export const encodeOpened = (opened: Unmarked<KeptOpening>) =>
  encodeLine({ type: 'tabellion.screening-opening', v: 1, ...opened });
export const encodeProof = (proof: Unmarked<KeptProof>) =>
  encodeLine({ type: 'tabellion.entry-proof', v: 1, ...proof });

/** @throws CliError `FILE_UNREADABLE`, `FILE_MALFORMED`. */
export const readScreenings = (file: string) => readLines(file, keptScreening, 'receipt');
/** By position. @throws CliError `FILE_UNREADABLE`, `FILE_MALFORMED`. */
export async function readProofs(file: string): Promise<ReadonlyMap<number, KeptProof>> {
  const proofs = new Map<number, KeptProof>();
  for await (const proof of readLines(file, keptProof, 'proof')) proofs.set(proof.position, proof);
  return proofs;
}

async function* readLines<T>(
  file: string,
  schema: z.ZodType<T>,
  what: string,
): AsyncGenerator<T, void, undefined> {
  let isEmpty = true;
  for await (const { line, text } of readTextLines(readChunks(file), MAX_RECEIPT_BYTES)) {
    const parsed = schema.safeParse(parseLine(text));
    if (!parsed.success) throw new CliError('FILE_MALFORMED', `line ${line} is no ${what}`);
    isEmpty = false;
    yield parsed.data;
  }
  if (isEmpty) throw new CliError('FILE_MALFORMED', `${file} holds no ${what}`);
}

async function* readChunks(file: string) {
  try {
    for await (const chunk of createReadStream(file)) yield chunk as Uint8Array;
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new CliError('FILE_UNREADABLE', `cannot read ${file} (${code})`, error);
  }
}

function parseLine(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return parseCanonical(Buffer.from(text), { maxBytes: MAX_RECEIPT_BYTES, maxDepth: 16 });
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

const says = (isSame: boolean, what: string) => {
  if (!isSame) throw new CliError('RECEIPT_MISMATCH', `the receipt is of other ${what}`);
};

/**
 * Whether the entry commits to exactly these queries and these answers, in this order.
 * @throws CliError `RECEIPT_MISMATCH`, saying in what.
 */
export function checkReceipt({
  entry: encoded,
  secret,
  queries,
  answers,
}: Pick<KeptReceipt, 'entry' | 'secret'> & {
  readonly queries: readonly Query[];
  readonly answers: readonly { submitted: string; reference?: string | undefined }[];
}): ScreeningEntry {
  const entry = readEntry(encoded);
  if (entry.kind !== 'SCREENING') throw otherEntry();
  // What is no base64url opens nothing.
  decode(secret);
  says(entry.queries === queries.length && answers.length === queries.length, 'numbers');
  says(commitOpening(encodeOpening(queries, secret)) === entry.commitment, 'addresses');
  says(digestAnswers(canonicalText(answers), secret) === entry.answers, 'answers');
  const isPaired = queries.every(
    ({ address, reference }, index) =>
      answers[index]!.submitted === address && answers[index]!.reference === reference,
  );
  says(isPaired, 'addresses than its answers');
  return entry;
}

/** Whether the entry commits to exactly this question. @throws CliError `RECEIPT_MISMATCH`. */
export function checkPrivate({
  entry: encoded,
  secret,
  question,
}: Pick<KeptPrivate, 'entry' | 'secret'> & { readonly question: PrivateQuestion }): PrivateEntry {
  const entry = readEntry(encoded);
  if (entry.kind !== 'PRIVATE_SCREENING') throw otherEntry();
  const units = 'points' in question ? question.points : question.buckets;
  says(entry.queries === units.length, 'numbers');
  says(commitOpening(encodeQuestion(question, secret)) === entry.commitment, 'questions');
  return entry;
}

/** Whether the entry commits to exactly this opening. @throws CliError `RECEIPT_MISMATCH`. */
export function checkOpening({
  entry: encoded,
  opening,
}: Pick<KeptOpening, 'entry' | 'opening'>): OpenedEntry {
  const entry = readEntry(encoded);
  if (!('commitment' in entry)) throw otherEntry();
  const bytes = decode(opening);
  says(commitOpening(bytes) === entry.commitment, 'addresses');
  if (entry.kind === 'PRIVATE_SCREENING') return { entry, asked: null };
  const { queries } = parseOpening(bytes);
  says(queries.length === entry.queries, 'numbers');
  return { entry, asked: queries };
}

/**
 * By the gateway's own clock: whether that is right, the ledger will show.
 * @throws CliError `RECEIPT_MISMATCH`.
 */
export function assertSealed(
  { position, entry: encoded, seal }: Pick<KeptReceipt, 'position' | 'entry' | 'seal'>,
  { at }: Pick<JournalEntry, 'at'>,
  trust: Trust,
): void {
  const sealed = { entry: decode(encoded), position, seal };
  const { outcome, code } = verifySeal(sealed, trust, { by: at });
  if (outcome === 'INTACT') return;
  throw new CliError('RECEIPT_MISMATCH', `the receipt is not signed as it should be: ${code}`);
}

function parseOpening(bytes: Uint8Array): ScreeningOpening {
  try {
    return readOpening(bytes);
  } catch (error) {
    throw new CliError('FILE_MALFORMED', 'what was committed to is no list of queries', error);
  }
}

/** @throws CliError `FILE_MALFORMED`, `RECEIPT_MISMATCH`. */
export function readEntry(encoded: string): JournalEntry {
  const parsed = journalEntry.safeParse(parseLine(Buffer.from(decode(encoded)).toString('utf8')));
  if (parsed.success) return parsed.data;
  throw otherEntry();
}

const otherEntry = () =>
  new CliError('RECEIPT_MISMATCH', 'what it is to prove is no entry about a screening');

function decode(text: string): Uint8Array {
  try {
    return fromBase64url(text);
  } catch (error) {
    if (!(error instanceof BytesError)) throw error;
    throw new CliError('FILE_MALFORMED', 'a receipt holds what is no base64url', error);
  }
}

/** Receipts of screenings: what the gateway put on record, held against what was asked and answered. */
import { canonicalBytes, fromBase64url, JsonError, parseCanonical } from '@tabellion/proof';
import { z } from 'zod';
import { type JournalEntry, journalEntry } from '../../journal/entry.ts';
import { readTextLines } from '../../label/format/text-lines.ts';
import type { Query } from '../../label/screen.ts';
import { commitQueries, digestAnswers } from '../../label/screening-entry.ts';
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
export type ScreeningEntry = Extract<JournalEntry, { kind: 'SCREENING' }>;

/** One line of the file: canonical JSON. */
export const encodeReceipt = (receipt: Omit<KeptReceipt, 'type' | 'v'>): Uint8Array =>
  Buffer.concat([
    canonicalBytes({ type: 'tabellion.screening-receipt', v: 1, ...receipt }),
    Uint8Array.of(0x0a),
  ]);

/** @throws CliError `FILE_MALFORMED`. */
export async function* readReceipts(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<KeptReceipt, void, undefined> {
  for await (const { line, text } of readTextLines(chunks, MAX_RECEIPT_BYTES)) {
    const parsed = keptReceipt.safeParse(parseLine(text));
    if (!parsed.success) throw new CliError('FILE_MALFORMED', `line ${line} is no receipt`);
    yield parsed.data;
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
  const says = (isSame: boolean, what: string) => {
    if (!isSame) throw new CliError('RECEIPT_MISMATCH', `the receipt is of other ${what}`);
  };
  says(entry.queries === queries.length && answers.length === queries.length, 'numbers');
  says(commitQueries(queries, decode(secret)) === entry.commitment, 'addresses');
  says(digestAnswers(answers, decode(secret)) === entry.answers, 'answers');
  const isPaired = queries.every(
    ({ address, reference }, index) =>
      answers[index]!.submitted === address && answers[index]!.reference === reference,
  );
  says(isPaired, 'addresses than its answers');
  return entry;
}

function readEntry(encoded: string): ScreeningEntry {
  const parsed = journalEntry.safeParse(parseLine(Buffer.from(decode(encoded)).toString('utf8')));
  if (parsed.data?.kind === 'SCREENING') return parsed.data;
  throw new CliError('RECEIPT_MISMATCH', 'what it is to prove is no entry about a screening');
}

function decode(text: string): Uint8Array {
  try {
    return fromBase64url(text);
  } catch (error) {
    throw new CliError('FILE_MALFORMED', 'a receipt holds what is no base64url', error);
  }
}

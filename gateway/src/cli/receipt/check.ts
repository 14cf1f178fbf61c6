/**
 * Whether the entry of a receipt commits to exactly one question and one answer: the same test for every kind
 * of question, at once when it is answered and years later from a file.
 */
import { BytesError, canonicalText, fromBase64url, type Trust, verifySeal } from '@tabellion/proof';
import { type TableDocument, tableIdOf } from '@tabellion/screening';
import { encodeFlowOpening } from '../../flow/flow-entry.ts';
import { commitOpening, digestAnswers } from '../../journal/commitment.ts';
import { type JournalEntry, journalEntry } from '../../journal/entry.ts';
import { encodeQuestion, type PrivateQuestion } from '../../label/private/query-entry.ts';
import type { Query } from '../../label/screen.ts';
import { encodeOpening } from '../../label/screening-entry.ts';
import { CliError } from '../failure.ts';
import { parseLine } from './file.ts';
import type { KeptEvaluation, KeptFlow, KeptScreening } from './form.ts';

/** An entry about a question, whatever was asked. */
export type QuestionEntry = Extract<JournalEntry, { commitment: string }>;
type EntryOf<K extends QuestionEntry['kind']> = Extract<QuestionEntry, { kind: K }>;
type Receipt = Pick<KeptScreening, 'position' | 'entry' | 'secret' | 'seal'>;
type Opened = Pick<Receipt, 'entry' | 'secret'>;

export const says = (isSame: boolean, what: string) => {
  if (!isSame) throw new CliError('RECEIPT_MISMATCH', `the receipt is of other ${what}`);
};

interface Said<K> {
  readonly kind: K;
  /** Addresses, points or buckets. */
  readonly units: number;
  readonly encode: (secret: string) => Uint8Array;
  /** See `journal/commitment.ts`. */
  readonly answers: string;
}

/** @throws CliError `RECEIPT_MISMATCH`, saying in what; `FILE_MALFORMED`. */
function checkCommitted<K extends QuestionEntry['kind']>(
  { entry: encoded, secret }: Opened,
  { kind, units, encode, answers }: Said<K>,
): EntryOf<K> {
  const entry = readEntry(encoded);
  if (entry.kind !== kind) throw otherEntry();
  // What is no base64url opens nothing.
  decode(secret);
  says(entry.queries === units, 'numbers');
  says(commitOpening(encode(secret)) === entry.commitment, 'questions');
  says(digestAnswers(answers, secret) === entry.answers, 'answers');
  return entry as EntryOf<K>;
}

/** In this order. @throws as {@link checkCommitted}. */
export function checkScreening({
  queries,
  answers,
  ...opened
}: Opened & {
  readonly queries: readonly Query[];
  readonly answers: readonly { submitted: string; reference?: string | undefined }[];
}): EntryOf<'SCREENING'> {
  const entry = checkCommitted(opened, {
    ...{ kind: 'SCREENING' as const, units: queries.length, answers: canonicalText(answers) },
    encode: (secret) => encodeOpening(queries, secret),
  });
  says(arePaired(queries, answers), 'addresses than its answers');
  return entry;
}

/** Whether each answer is that of the query at its place. */
export const arePaired = (
  queries: readonly Query[],
  answers: readonly { submitted: string; reference?: string | undefined }[],
): boolean =>
  queries.length === answers.length &&
  queries.every(
    ({ address, reference }, index) =>
      answers[index]!.submitted === address && answers[index]!.reference === reference,
  );

/** @throws as {@link checkCommitted}. */
export function checkFlow({
  answer,
  ...opened
}: Opened & Pick<KeptFlow, 'answer'>): EntryOf<'SCREENING'> {
  const entry = checkCommitted(opened, {
    ...{ kind: 'SCREENING' as const, units: 1, answers: canonicalText(answer) },
    encode: (secret) => encodeFlowOpening(answer.query, secret),
  });
  says(entry.height === answer.height, 'heights');
  return entry;
}

/** Of points, whatever they were made of. @throws as {@link checkCommitted}. */
export function checkEvaluated({
  question,
  answer,
  ...opened
}: Opened & Pick<KeptEvaluation, 'question' | 'answer'>): EntryOf<'PRIVATE_SCREENING'> {
  const entry = checkPrivate(opened, question, question.points.length, answer);
  says(entry.keyId === question.keyId && answer.keyId === question.keyId, 'keys');
  return entry;
}

/** Of buckets of a table, whatever is in them. @throws as {@link checkCommitted}. */
export function checkHandedOut({
  question,
  table,
  ...opened
}: Opened & {
  readonly question: Extract<PrivateQuestion, { table: string }>;
  readonly table: TableDocument;
}): EntryOf<'PRIVATE_SCREENING'> {
  const entry = checkPrivate(opened, question, question.buckets.length, table);
  says(entry.table === question.table && tableIdOf(table) === question.table, 'tables');
  return entry;
}

const checkPrivate = (opened: Opened, question: PrivateQuestion, units: number, answer: unknown) =>
  checkCommitted(opened, {
    ...{ kind: 'PRIVATE_SCREENING' as const, units, answers: canonicalText(answer) },
    encode: (secret) => encodeQuestion(question, secret),
  });

/**
 * Whether a receipt is what whoever just asked is to get: for the purpose given, and signed. By the gateway's own
 * clock: whether that is right, the ledger will show.
 * @param trust the profile's own, where it has one: what is not signed by it is no receipt.
 * @throws CliError `RECEIPT_MISMATCH`.
 */
export function assertOurs(
  { position, entry: encoded, seal }: Pick<Receipt, 'position' | 'entry' | 'seal'>,
  entry: QuestionEntry,
  { purpose, trust }: { readonly purpose: string; readonly trust: Trust | undefined },
): void {
  says(entry.purpose === purpose, 'purposes');
  if (trust === undefined) return;
  const sealed = { entry: decode(encoded), position, seal };
  const { outcome, code } = verifySeal(sealed, trust, { by: entry.at });
  if (outcome === 'INTACT') return;
  throw new CliError('RECEIPT_MISMATCH', `the receipt is not signed as it should be: ${code}`);
}

/** @throws CliError `FILE_MALFORMED`, `RECEIPT_MISMATCH`. */
export function readEntry(encoded: string): QuestionEntry {
  const parsed = journalEntry.safeParse(parseLine(Buffer.from(decode(encoded)).toString('utf8')));
  if (parsed.success && 'commitment' in parsed.data) return parsed.data;
  throw otherEntry();
}

const otherEntry = () =>
  new CliError('RECEIPT_MISMATCH', 'what it is to prove is no entry about such a question');

/** @throws CliError `FILE_MALFORMED`. */
export function decode(text: string): Uint8Array {
  try {
    return fromBase64url(text);
  } catch (error) {
    if (!(error instanceof BytesError)) throw error;
    throw new CliError('FILE_MALFORMED', 'a receipt holds what is no base64url', error);
  }
}

/**
 * The asking side as a whole: from addresses to verdicts, over whatever carries the questions. What could not be
 * answered is STALE or ERROR, and never NO_LABEL.
 */
import { isRefusal, type NormalisedAddress, normaliseAddress } from '../address/index.ts';
import { type Announcement, chooseTable, tableIdOf } from './announcement.ts';
import { PrivateError } from './error.ts';
import { type PrivateFinding, type PrivateLabel, readFinding } from './finding.ts';
import { answerLength } from './table/answer.ts';
import type { TableDocument } from './table/document.ts';
import { type EntryName, prefixOf } from './table/handle.ts';
import { type BlindingState, blind, finalise } from './voprf/client.ts';
import type { OprfKeyDocument } from './voprf/key.ts';
import {
  type EvaluationAnswer,
  type EvaluationRequest,
  evaluationAnswer,
  MAX_POINTS,
} from './voprf/message.ts';

/** Most buckets that are asked for at once. */
export const MAX_BUCKETS = 32;

/** How the questions get to the operator. What it throws ends the whole. */
export interface PrivateTransport {
  /** The answers for these buckets of a table, one after the other. At most {@link MAX_BUCKETS} at once. */
  fetchBuckets(table: string, buckets: readonly number[]): Promise<Uint8Array>;
  /**
   * The answer is checked here. `state` stays with whoever asks: it shows what was asked, to whoever is to be
   * shown that.
   */
  evaluate(request: EvaluationRequest, state: BlindingState): Promise<unknown>;
}

export interface PrivateQuery {
  readonly address: string;
  /** CAIP-2. */
  readonly network?: string | undefined;
  /** The caller's own; it goes nowhere. */
  readonly reference?: string | undefined;
}

export interface PrivateAnswer {
  readonly submitted: string;
  readonly reference?: string;
  readonly verdict: 'LABELLED' | 'NO_LABEL' | 'INVALID' | 'UNSUPPORTED' | 'STALE' | 'ERROR';
  readonly address?: string;
  readonly networks?: readonly string[];
  readonly burn?: true;
  /** A reserved address: nothing was asked. */
  readonly test?: true;
  readonly code?: string;
  readonly detail?: string;
  readonly labels?: readonly PrivateLabel[];
  readonly omitted?: number;
}

export interface PrivateAnswers {
  /** In the order of the queries. */
  readonly answers: readonly PrivateAnswer[];
  /** What they rest on. */
  readonly table: TableDocument;
  /** What of the operator was asked: distinct buckets, and evaluations. */
  readonly asked: { readonly buckets: number; readonly evaluations: number };
}

export interface PrivateAsking {
  readonly announcement: Announcement;
  /** HASH shows the operator a prefix of each address's hash; OPRF the same, and opens nothing to a dictionary. */
  readonly kind: TableDocument['kind'];
  readonly transport: PrivateTransport;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told after each evaluation and bucket. */
  readonly onProgress?: () => void;
}

interface Readable {
  readonly query: PrivateQuery;
  readonly read: NormalisedAddress;
}

/**
 * @throws PrivateError `TABLE_STALE` before anything is sent; `EVALUATION_INVALID` and whatever the transport
 * throws: no answer is given then.
 */
export async function askPrivately(
  queries: readonly PrivateQuery[],
  asking: PrivateAsking,
): Promise<PrivateAnswers> {
  const { table, key } = chooseTable(asking.announcement, asking.kind, asking.now());
  const read = queries.map((query) => ({ query, ...readQuery(query) }));
  const asked = new Map<string, Readable>();
  for (const each of read) {
    if ('address' in each)
      asked.set(keyOf(each.address), { query: each.query, read: each.address });
  }
  const names = await nameAll([...asked.values()], key, asking);
  const buckets = await fetchBuckets(names, table, asking);
  const hold = ({ key: addressKey }: NormalisedAddress): Held => ({
    name: names.get(addressKey.join())!,
    answer: buckets.get(prefixOf(addressKey, table))!,
  });
  const answers = read.map(({ query, ...each }) =>
    conclude(query, each, { table, hold, now: asking.now() }),
  );
  const evaluations = key === undefined ? 0 : names.size;
  return { answers, table, asked: { buckets: buckets.size, evaluations } };
}

const keyOf = ({ key }: NormalisedAddress): string => key.join();

type QueryReading = { readonly answer: PrivateAnswer } | { readonly address: NormalisedAddress };

/** What is not to be asked has its answer here. */
function readQuery(query: PrivateQuery): QueryReading {
  const read = normaliseAddress(query.address, query.network);
  if (isRefusal(read)) {
    const verdict = read.code === 'ADDRESS_UNSUPPORTED' ? 'UNSUPPORTED' : 'INVALID';
    return { answer: { ...echo(query), verdict, code: read.code, detail: read.detail } };
  }
  if (read.reserved === undefined) return { address: read };
  return { answer: { ...known(query, read), verdict: read.reserved, test: true } };
}

/** What answers for one address: its name in the table, and the bucket that was handed out. */
export interface Held {
  readonly name: EntryName;
  readonly answer: Uint8Array;
}

interface Ground {
  readonly table: TableDocument;
  readonly hold: (address: NormalisedAddress) => Held;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The answer to a query once more, from what was handed out: it is the one that {@link askPrivately} gave. */
export const answerAgain = (query: PrivateQuery, ground: Ground): PrivateAnswer =>
  conclude(query, readQuery(query), ground);

function conclude(
  query: PrivateQuery,
  read: QueryReading,
  { table, hold, now }: Ground,
): PrivateAnswer {
  if (!('address' in read)) return read.answer;
  const { name, answer } = hold(read.address);
  return tell(query, read.address, () => readFinding(table, name, answer, now));
}

function tell(
  query: PrivateQuery,
  read: NormalisedAddress,
  find: () => PrivateFinding,
): PrivateAnswer {
  try {
    const { verdict, labels, omitted } = find();
    return { ...known(query, read), verdict, labels, ...(omitted > 0 && { omitted }) };
  } catch (error) {
    if (!(error instanceof PrivateError)) throw error;
    const verdict = error.code === 'TABLE_STALE' ? 'STALE' : 'ERROR';
    return { ...known(query, read), verdict, code: error.code, detail: error.message };
  }
}

const echo = ({ address, reference }: PrivateQuery) => ({
  submitted: address,
  ...(reference !== undefined && { reference }),
});

const known = (query: PrivateQuery, { address, networks, burn }: NormalisedAddress) => ({
  ...echo(query),
  ...{ address, networks, ...(burn && { burn: true as const }) },
});

/** By key of the address. */
async function nameAll(
  list: readonly Readable[],
  key: OprfKeyDocument | undefined,
  { transport, onProgress }: PrivateAsking,
): Promise<ReadonlyMap<string, EntryName>> {
  const inputs = list.map(({ read }) => read.key);
  if (key === undefined) {
    return new Map(list.map(({ read }) => [keyOf(read), { addressKey: read.key }]));
  }
  const names = new Map<string, EntryName>();
  for (let from = 0; from < inputs.length; from += MAX_POINTS) {
    const { state, request } = blind(inputs.slice(from, from + MAX_POINTS), key);
    const answer = readEvaluation(await transport.evaluate(request, state));
    const outputs = finalise(state, answer, key);
    for (const output of outputs) names.set(output.addressKey.join(), output);
    onProgress?.();
  }
  return names;
}

function readEvaluation(value: unknown): EvaluationAnswer {
  const { data } = evaluationAnswer.safeParse(value);
  if (data) return data;
  throw new PrivateError('EVALUATION_INVALID', 'the answer does not have the form of one');
}

/** Each bucket once, in the order of their numbers, which says nothing of the order of the questions. */
async function fetchBuckets(
  names: ReadonlyMap<string, EntryName>,
  table: TableDocument,
  { transport, onProgress }: PrivateAsking,
): Promise<ReadonlyMap<number, Uint8Array>> {
  const id = tableIdOf(table);
  const wanted = new Set([...names.values()].map(({ addressKey }) => prefixOf(addressKey, table)));
  const sorted = [...wanted].sort((one, other) => one - other);
  const length = answerLength(table);
  const answers = new Map<number, Uint8Array>();
  for (let from = 0; from < sorted.length; from += MAX_BUCKETS) {
    const buckets = sorted.slice(from, from + MAX_BUCKETS);
    const bytes = await transport.fetchBuckets(id, buckets);
    const isWhole = bytes.length === buckets.length * length;
    buckets.forEach((bucket, at) => {
      // Of another length than it must have: none of it is believed.
      answers.set(
        bucket,
        isWhole ? bytes.subarray(at * length, (at + 1) * length) : bytes.subarray(0, 0),
      );
    });
    onProgress?.();
  }
  return answers;
}

/** Carries private questions to a gateway, and holds the receipt of each to what was sent and answered. */
import { fromBase64url, parseStrict, type Trust, toBase64url } from '@tabellion/proof';
import {
  type Announcement,
  isRefusal,
  normaliseAddress,
  type PrivateAnswer,
  type PrivateTransport,
  prefixOf,
  tableIdOf,
} from '@tabellion/screening';
import {
  evaluated,
  type PrivateReceipt,
  privateReceipt,
  RECEIPT_HEADER,
} from '../../label/private/shape.ts';
import type { Query } from '../../label/screen.ts';
import { CliError } from '../failure.ts';
import { expectShape, type GatewayClient } from '../gateway-client.ts';
import { assertOurs, checkEvaluated, checkHandedOut } from '../receipt/check.ts';
import { encodeKept, type KeptBuckets, type KeptEvaluation } from '../receipt/form.ts';

type Unmarked<T> = Omit<T, 'type' | 'v'>;
/** The buckets as they came; what was asked of them is known once all is answered. */
type HeldBuckets = Unmarked<Omit<KeptBuckets, 'answer' | 'queries' | 'answers'>> & {
  readonly bytes: Uint8Array;
};
export type HeldReceipt = Unmarked<KeptEvaluation> | HeldBuckets;

export interface PrivateCarrier extends PrivateTransport {
  readonly receipts: readonly HeldReceipt[];
}

export interface Carrying {
  readonly purpose: string;
  /** The profile's own, where it has one: what is not signed by it is no receipt. */
  readonly trust: Trust | undefined;
  /** Its keys and tables are those that are asked. */
  readonly announcement: Announcement;
}

export function createCarrier(
  client: GatewayClient,
  { purpose, trust, announcement }: Carrying,
): PrivateCarrier {
  const headers = { 'tabellion-purpose': purpose };
  const receipts: HeldReceipt[] = [];
  return {
    receipts,
    async fetchBuckets(id, buckets) {
      const path = `/v1/label/private/tables/${id}/buckets`;
      const asked = { json: { buckets }, headers };
      const { headers: answered, bytes } = await client.postForBytes(path, asked);
      const receipt = readHeader(answered.get(RECEIPT_HEADER));
      const table = announcement.tables.find((each) => tableIdOf(each) === id)!;
      const question = { table: id, buckets: [...buckets] };
      const held = { ...receipt, question, table, bytes };
      assertOurs(receipt, checkHandedOut(held), { purpose, trust });
      receipts.push(held);
      return bytes;
    },
    async evaluate(question, { items }) {
      const asked = { json: question, headers };
      const { body } = await client.post('/v1/label/private/evaluations', asked);
      const { receipt, ...answer } = expectShape(evaluated, body);
      const key = announcement.keys.find(({ id }) => id === question.keyId)!;
      const blinded = items.map(({ input, blind }) => ({
        input: toBase64url(input),
        blind: toBase64url(blind),
      }));
      const held = { ...receipt, question, answer, key, blinded };
      assertOurs(receipt, checkEvaluated(held), { purpose, trust });
      receipts.push(held);
      return answer;
    },
  };
}

function readHeader(text: string | null): PrivateReceipt {
  try {
    return expectShape(privateReceipt, parseStrict(fromBase64url(text ?? '')));
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError('BAD_ANSWER', 'the answer has no receipt', error);
  }
}

export interface AnsweredQuery {
  readonly query: Query;
  readonly answer: PrivateAnswer;
}

/** Lines of a file, each made when it is written: buckets are large. */
export function* encodePrivateReceipts(
  receipts: readonly HeldReceipt[],
  answered: readonly AnsweredQuery[],
): Generator<Uint8Array, void, undefined> {
  for (const held of receipts) {
    if (!('bytes' in held)) {
      yield encodeKept({ type: 'tabellion.evaluation-receipt', ...held });
      continue;
    }
    const { bytes, ...rest } = held;
    const own = answered.filter((each) => isAnsweredBy(rest, each));
    yield encodeKept({
      ...{ type: 'tabellion.bucket-receipt' as const, ...rest, answer: toBase64url(bytes) },
      queries: own.map(({ query }) => query),
      answers: own.map(({ answer }) => answer as KeptBuckets['answers'][number]),
    });
  }
}

/** Not what needed no bucket; nor what was answered too late, which says nothing of the address. */
function isAnsweredBy(
  { question, table }: Pick<KeptBuckets, 'question' | 'table'>,
  { query, answer }: AnsweredQuery,
): boolean {
  const read = normaliseAddress(query.address, query.network);
  if (isRefusal(read) || answer.test || answer.verdict === 'STALE') return false;
  return question.buckets.includes(prefixOf(read.key, table));
}

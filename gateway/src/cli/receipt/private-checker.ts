/**
 * Private receipts, as whoever asked can show them: that the points were made of these addresses, that the key
 * evaluated them, that the buckets are the table's own, and that they say what was answered.
 */
import { canonicalText, toHex } from '@tabellion/proof';
import {
  answerAgain,
  answerLength,
  assertBucket,
  finalise,
  type Held,
  type NormalisedAddress,
  PrivateError,
  type PrivateOutput,
  type PrivateQuery,
  parseOprfKey,
  prefixOf,
  restoreBlinding,
} from '@tabellion/screening';
import { CliError } from '../failure.ts';
import {
  arePaired,
  checkEvaluated,
  checkHandedOut,
  decode,
  type QuestionEntry,
  says,
} from './check.ts';
import type { KeptBuckets, KeptEvaluation } from './form.ts';

export interface PrivateChecker {
  /** @throws CliError `RECEIPT_MISMATCH`, `FILE_MALFORMED`. */
  checkEvaluation(kept: KeptEvaluation): QuestionEntry;
  /**
   * In a table of the kind OPRF, of addresses whose evaluations were checked before.
   * @throws CliError `RECEIPT_MISMATCH`, `FILE_MALFORMED`.
   */
  checkBuckets(kept: KeptBuckets): QuestionEntry;
}

/** For the receipts of one file, in their order: evaluations come before the buckets that they open. */
export function createPrivateChecker(): PrivateChecker {
  const outputs = new Map<string, PrivateOutput>();
  const nameOutput = (keyId: string, addressKey: Uint8Array) => `${keyId} ${toHex(addressKey)}`;
  return {
    checkEvaluation(kept) {
      const entry = checkEvaluated(kept);
      const { question, answer, key, blinded } = kept;
      const items = blinded.map(({ input, blind }) => ({
        input: decode(input),
        blind: decode(blind),
      }));
      const evaluated = holding(() => {
        const state = restoreBlinding(question, items);
        says(state !== undefined, 'addresses than its blinds show');
        return finalise(state!, answer, parseOprfKey(key));
      });
      for (const each of evaluated) outputs.set(nameOutput(each.keyId, each.addressKey), each);
      return entry;
    },

    checkBuckets(kept) {
      const entry = checkHandedOut(kept);
      const { question, table, queries, answers } = kept;
      const bytes = decode(kept.answer);
      const length = answerLength(table);
      says(bytes.length === question.buckets.length * length, 'lengths');
      const buckets = new Map<number, Uint8Array>();
      for (const [at, bucket] of question.buckets.entries()) {
        const answer = bytes.subarray(at * length, (at + 1) * length);
        holding(() => assertBucket(table, bucket, answer));
        buckets.set(bucket, answer);
      }
      const hold = ({ key: addressKey }: NormalisedAddress): Held => {
        const answer = buckets.get(prefixOf(addressKey, table));
        says(answer !== undefined, 'addresses than its buckets');
        if (table.kind === 'HASH') return { name: { addressKey }, answer: answer! };
        const name = outputs.get(nameOutput(table.keyId!, addressKey));
        says(name !== undefined, 'addresses than were evaluated before it');
        return { name: name!, answer: answer! };
      };
      says(arePaired(queries, answers), 'addresses than its answers');
      for (const [at, query] of queries.entries()) {
        const again = answerAgain(query as PrivateQuery, { table, hold, now: entry.at });
        says(canonicalText(again) === canonicalText(answers[at]), 'answers than its buckets');
      }
      return entry;
    },
  };
}

function holding<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof PrivateError)) throw error;
    const why = `what was answered does not hold: ${error.code}: ${error.message}`;
    throw new CliError('RECEIPT_MISMATCH', why, error);
  }
}

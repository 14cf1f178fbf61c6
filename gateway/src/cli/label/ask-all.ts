/** Puts any number of questions, a thousand at a time; what got no answer says so. */
import type { Trust } from '@tabellion/proof';
import type { Query, ScreenAnswer } from '../../label/screen.ts';
import { screening } from '../../label/shape.ts';
import { describeFailure } from '../failure.ts';
import { expectShape } from '../gateway-client.ts';
import { assertOurs, checkScreening, says } from '../receipt/check.ts';
import type { KeptScreening } from '../receipt/form.ts';
import type { Session } from '../session.ts';
import type { Asked } from './screen-input.ts';

const MAX_QUERIES = 1000;

/** What the answers of one request rest on. */
export interface AskedPart {
  /** Place of its first answer among all, and how many it has; those that were not asked not counted. */
  readonly from: number;
  readonly size: number;
  readonly height: number;
  readonly at: number;
  readonly rule: { readonly id: string; readonly version: number } | null;
  readonly receipt: Pick<KeptScreening, 'position' | 'entry' | 'seal' | 'secret'>;
}

export interface AskedAll {
  /** In the order of the questions. */
  readonly answers: readonly ScreenAnswer[];
  readonly parts: readonly AskedPart[];
  readonly receipts: readonly Omit<KeptScreening, 'type' | 'v'>[];
  /** Why the rest was not asked. */
  readonly failed?: { readonly code: string; readonly message: string };
}

export interface Asking {
  readonly purpose: string;
  readonly asOf: string | undefined;
  /** The profile's own, where it has one: what is not signed by it is no receipt. */
  readonly trust: Trust | undefined;
  readonly onAnswered: (answers: number) => void;
}

/**
 * Where nothing was answered at all, the failure is the command's. Once something was, the rest gets the
 * verdict ERROR with the failure's code.
 */
export async function askAll(
  { client }: Session,
  asked: readonly Asked[],
  { purpose, asOf, trust, onAnswered }: Asking,
): Promise<AskedAll> {
  const questions = asked.flatMap((each) => ('query' in each ? [each.query] : []));
  const answered: ScreenAnswer[] = [];
  const parts: AskedPart[] = [];
  const receipts: Omit<KeptScreening, 'type' | 'v'>[] = [];
  let failed: AskedAll['failed'];
  for (let from = 0; from < questions.length; from += MAX_QUERIES) {
    const queries = questions.slice(from, from + MAX_QUERIES);
    try {
      const { body } = await client.post('/v1/label/screen', {
        json: { queries },
        query: { asOf },
        headers: { 'tabellion-purpose': purpose },
      });
      const { answers, receipt, ...ground } = expectShape(screening, body);
      const entry = checkScreening({ ...receipt, queries, answers });
      const isAsOf = asOf === undefined || `${ground.height}` === asOf;
      says(entry.height === ground.height && isAsOf, 'heights');
      assertOurs(receipt, entry, { purpose, trust });
      answered.push(...(answers as ScreenAnswer[]));
      parts.push({ from, size: queries.length, ...ground, receipt });
      receipts.push({ ...receipt, queries, answers });
      onAnswered(answered.length);
    } catch (error) {
      if (answered.length === 0) throw error;
      const { code, message } = describeFailure(error);
      failed = { code, message };
      answered.push(...questions.slice(from).map((query) => tellUnanswered(query, code)));
      break;
    }
  }
  let next = 0;
  const answers = asked.map((each) => ('query' in each ? answered[next++]! : each.answer));
  return { answers, parts, receipts, ...(failed && { failed }) };
}

const tellUnanswered = ({ address, reference }: Query, code: string): ScreenAnswer => ({
  submitted: address,
  ...(reference !== undefined && { reference }),
  ...{ verdict: 'ERROR', code },
});

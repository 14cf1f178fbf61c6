/**
 * What stays of a screening: the journal gets a commitment to what was asked and the digest of what was
 * answered, on disk before the answer leaves and on the ledger soon after (O-3, LBL-14). The queries
 * themselves stay with the member that asked, to be opened under audit.
 */
import { canonicalText } from '@tabellion/proof';
import { type Commitment, commitQuestion } from '../journal/commitment.ts';
import type { Query, ScreenAnswer } from './screen.ts';

/** What is committed to of a query; the caller's reference is none of the ledger's business. */
const readAsked = ({ address, network }: Query) => ({
  address,
  ...(network !== undefined && { network }),
});

/**
 * RFC 8785 bytes of what is opened under audit: the queries in their order, and the secret. Keys stand in
 * order, so that the engine writes the canonical form: of text that was parsed strictly, it does.
 */
export const encodeOpening = (queries: readonly Query[], secret: string): Uint8Array =>
  Buffer.from(
    JSON.stringify({ queries: queries.map(readAsked), secret, type: 'tabellion.screening', v: 1 }),
  );

/** RFC 8785 text of answers. */
export const writeAnswers = (answers: readonly ScreenAnswer[]): string =>
  joinAnswers(answers.map(writeAnswer));

/** @param texts of the answers in their order, each from {@link writeAnswer}. */
export const joinAnswers = (texts: readonly string[]): string => `[${texts.join(',')}]`;

/** RFC 8785 text of one answer, in the time that the engine takes. */
export function writeAnswer(answer: ScreenAnswer): string {
  const inOrder = {
    address: answer.address,
    burn: answer.burn,
    code: answer.code,
    detail: answer.detail,
    labels: answer.labels,
    networks: answer.networks,
    omitted: answer.omitted,
    reference: answer.reference,
    submitted: answer.submitted,
    test: answer.test,
    verdict: answer.verdict,
  } satisfies Record<keyof ScreenAnswer, unknown>;
  const { labels } = answer;
  if (labels === undefined || labels.length === 0) return JSON.stringify(inOrder);
  // What others wrote is held to the form; what is not there has none.
  const there = Object.entries(inOrder).filter(([, value]) => value !== undefined);
  return canonicalText(Object.fromEntries(there));
}

/** @param answers from {@link writeAnswers}. */
export const commitScreening = (queries: readonly Query[], answers: string): Commitment =>
  commitQuestion((secret) => encodeOpening(queries, secret), answers);

/**
 * What stays of a private question: who asked, why, how much, and commitments to what was sent and answered. The
 * gateway never sees an address; whoever asked shows which one a point or a bucket was asked for.
 */
import { canonicalBytes } from '@tabellion/proof';
import { type Commitment, commitQuestion } from '../../journal/commitment.ts';

export type PrivateQuestion =
  | { readonly table: string; readonly buckets: readonly number[] }
  | { readonly keyId: string; readonly points: readonly string[] };

/** RFC 8785 bytes of what is committed to, and opened under audit. */
export const encodeQuestion = (question: PrivateQuestion, secret: string): Uint8Array =>
  canonicalBytes({ type: 'tabellion.private-question', v: 1, secret, ...question });

/**
 * @param answer RFC 8785 text of the points with their proof; of buckets that of their table's document, whose
 * root fixes every byte of each.
 */
export const commitPrivate = (question: PrivateQuestion, answer: string): Commitment =>
  commitQuestion((secret) => encodeQuestion(question, secret), answer);

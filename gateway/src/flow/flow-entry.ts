/** What stays of a question about flows, as of a screening: see `label/screening-entry.ts`. */
import { canonicalBytes, canonicalText } from '@tabellion/proof';
import { commitOpening, digestAnswers, drawSecret } from '../label/screening-entry.ts';
import type { FlowQuery } from './follow.ts';

export interface FlowCommitment {
  /** SHA-256 of the opening. */
  readonly commitment: string;
  /** Keyed digest of the answer without its receipt. */
  readonly answers: string;
  /** 256 random bits, base64url. */
  readonly secret: string;
  /** RFC 8785 bytes of what is opened under audit. */
  readonly opening: Uint8Array;
}

export const encodeFlowOpening = (query: FlowQuery, secret: string): Uint8Array =>
  canonicalBytes({ type: 'tabellion.flow', v: 1, secret, query });

/** Of the answer without its receipt. */
export const digestFlow = (answer: unknown, secret: string): string =>
  digestAnswers(canonicalText(answer), secret);

export function commitFlow(query: FlowQuery, answer: unknown): FlowCommitment {
  const secret = drawSecret();
  const opening = encodeFlowOpening(query, secret);
  const [commitment, answers] = [commitOpening(opening), digestFlow(answer, secret)];
  return { commitment, answers, secret, opening };
}

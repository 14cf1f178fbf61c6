/** What stays of a question about flows, as of a screening: see `journal/commitment.ts`. */
import { canonicalBytes, canonicalText } from '@tabellion/proof';
import { type Commitment, commitQuestion } from '../journal/commitment.ts';
import type { FlowQuery } from './follow.ts';

/** RFC 8785 bytes of what is committed to, and opened under audit. */
export const encodeFlowOpening = (query: FlowQuery, secret: string): Uint8Array =>
  canonicalBytes({ type: 'tabellion.flow', v: 1, secret, query });

/** @param answer all of it but the receipt. */
export const commitFlow = (query: FlowQuery, answer: unknown): Commitment =>
  commitQuestion((secret) => encodeFlowOpening(query, secret), canonicalText(answer));

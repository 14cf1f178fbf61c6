/**
 * What stays of a private question: who asked, why, how much, and a commitment to what was sent. The gateway never
 * sees an address; under audit, whoever asked shows which one a point or a bucket was asked for.
 */
import { canonicalBytes } from '@tabellion/proof';

export type PrivateQuestion =
  | { readonly table: string; readonly buckets: readonly number[] }
  | { readonly keyId: string; readonly points: readonly string[] };

/** RFC 8785 bytes of what is committed to, and opened under audit. */
export const encodeQuestion = (question: PrivateQuestion, secret: string): Uint8Array =>
  canonicalBytes({ type: 'tabellion.private-question', v: 1, secret, ...question });

/**
 * What an entry about a question commits to: the question itself, kept beside the entry to be opened under
 * audit, and what was answered. One form for screenings, for questions about flows and for private ones.
 */
import { hash, randomBytes } from 'node:crypto';
import { toBase64url } from '@tabellion/proof';

export interface Commitment {
  /** See {@link commitOpening}. */
  readonly commitment: string;
  /** See {@link digestAnswers}. */
  readonly answers: string;
  /** 256 random bits, base64url: whoever has them and the question shows that this was the question. */
  readonly secret: string;
  /** The exact bytes that are opened under audit: question and secret. */
  readonly opening: Uint8Array;
}

const SECRET_BYTES = 32;

/**
 * SHA-256 of the opening, hex. A question shows as a whole or not at all; the secret in it keeps known
 * addresses from being tried, of which there are few.
 */
export const commitOpening = (bytes: Uint8Array): string => hash('sha256', bytes);

/**
 * SHA-256 of the secret, a line feed and the canonical text of the answer, hex: it may hold addresses, which
 * its digest alone would give away.
 */
export const digestAnswers = (text: string, secret: string): string =>
  hash('sha256', `${secret}\n${text}`);

/** @param answers RFC 8785 text of what was answered, or of what fixes it. */
export function commitQuestion(
  encode: (secret: string) => Uint8Array,
  answers: string,
): Commitment {
  const secret = toBase64url(randomBytes(SECRET_BYTES));
  const opening = encode(secret);
  return {
    commitment: commitOpening(opening),
    answers: digestAnswers(answers, secret),
    secret,
    opening,
  };
}

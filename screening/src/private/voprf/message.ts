/** What goes back and forth between a platform that asks and the operator that evaluates. */
import { fromBase64url, toBase64url } from '@tabellion/proof';
import { z } from 'zod';
import { PrivateError } from '../error.ts';
import { oprfKeyId } from './key.ts';

/** Most points under one proof. The operator's work is linear in it, the proof's length is not. */
export const MAX_POINTS = 500;
const PROOF_BYTES = 64;

// Lengths are for the decoding of points to refuse, with its own codes.
const bytes = z.string().max(128);
const points = z.array(bytes).min(1).max(MAX_POINTS);

export const evaluationRequest = z.strictObject({ keyId: oprfKeyId, points });
export type EvaluationRequest = z.infer<typeof evaluationRequest>;

export const evaluationAnswer = z.strictObject({
  keyId: oprfKeyId,
  points,
  /** c ‖ s, 64 bytes. */
  proof: z.string().regex(/^[A-Za-z0-9_-]{86}$/),
});
export type EvaluationAnswer = z.infer<typeof evaluationAnswer>;

export const encodePoints = (list: readonly Uint8Array[]): string[] => list.map(toBase64url);

/** @throws PrivateError `POINT_COUNT`; `POINT_ENCODING` for a text that is not base64url. */
export function readPoints(texts: readonly string[]): Uint8Array[] {
  if (texts.length === 0 || texts.length > MAX_POINTS) {
    throw new PrivateError('POINT_COUNT', `1 to ${MAX_POINTS} points at once`);
  }
  return texts.map((text) => readBytes(text, 'POINT_ENCODING'));
}

/** @throws PrivateError `EVALUATION_INVALID` unless it is 64 bytes. */
export function readProof(text: string): Uint8Array {
  const proof = readBytes(text, 'EVALUATION_INVALID');
  if (proof.length !== PROOF_BYTES) throw new PrivateError('EVALUATION_INVALID', 'not 64 bytes');
  return proof;
}

function readBytes(text: string, code: 'POINT_ENCODING' | 'EVALUATION_INVALID'): Uint8Array {
  try {
    return fromBase64url(text);
  } catch (cause) {
    throw new PrivateError(code, 'not base64url', { cause });
  }
}

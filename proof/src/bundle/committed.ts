/**
 * Commitments of items that have custody records of their own. Their exact bytes are handed over with
 * the item, off the ledger, which has their leaf hash.
 */
import { z } from 'zod';
import { fromBase64url } from '../bytes/encoding.ts';
import { canonicalBytes } from '../json/canonical.ts';
import { parseCanonical, parseStrict } from '../json/parse.ts';
import { commitment, MAX_BUNDLE_BYTES, salt } from './record.ts';

/** Longest commitment, bytes: a path of 16 KiB or a description fit with everything else. */
const MAX_COMMITMENT_BYTES = 65_536;

/** What every kind of proof has in common here. */
const carrier = z.looseObject({ commitment: z.string() });

/** A physical exhibit: what tells it from others may name people and stays with the member (O-1). */
export const exhibitCommitment = z.strictObject({
  type: z.literal('tabellion.exhibit'),
  v: z.literal(1),
  /** Its number and kind, as on the ledger. */
  exhibit: z.string().min(1).max(96),
  thing: z.string().min(1).max(64),
  description: z.string().min(1).max(4000),
  /** Numbers that stand on it, for example kind `imei`. */
  marks: z
    .array(z.strictObject({ kind: z.string().min(1).max(64), value: z.string().min(1).max(256) }))
    .max(32),
  salt,
});
export type ExhibitCommitment = z.infer<typeof exhibitCommitment>;

/** What an item is: content with a digest, or a thing. */
export const committed = z.discriminatedUnion('type', [commitment, exhibitCommitment]);
export type Committed = z.infer<typeof committed>;

/** Exact RFC 8785 bytes. @throws ZodError on a bad field. */
export function committedBytes(item: Committed): Uint8Array<ArrayBuffer> {
  return canonicalBytes(committed.parse(item));
}

/** @throws JsonError, ZodError for anything but the exact bytes of a commitment. */
export function readCommitted(bytes: Uint8Array): Committed {
  return committed.parse(parseCanonical(bytes, { maxBytes: MAX_COMMITMENT_BYTES, maxDepth: 4 }));
}

/**
 * The commitment's exact bytes in a file that was handed over: the commitment itself, or a proof that
 * carries it. Nothing of the proof is verified here.
 * @throws JsonError, ZodError, BytesError for a file of another kind.
 */
export function extractCommitted(file: Uint8Array): Uint8Array {
  const value = parseStrict(file, { maxBytes: MAX_BUNDLE_BYTES });
  const { type } = (value ?? {}) as { type?: unknown };
  if (type !== 'tabellion.proof') return file;
  return fromBase64url(carrier.parse(value).commitment);
}

/** The form of a bundle that proves one label. */
import { z } from 'zod';
import { fromBase64url, fromHex, toBase64url, toHex } from '../bytes/encoding.ts';
import { canonicalBytes } from '../json/canonical.ts';
import { MAX_LABELS } from '../label/statement.ts';

const base64url = z.string().regex(/^[A-Za-z0-9_-]*$/);
const digest = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * One line of a label batch, and what the members' peers answered of its batch: with the record alone, that
 * it was asserted; with all that was said of the label, how it stood among the members.
 */
export const labelBundle = z.strictObject({
  type: z.literal('tabellion.proof'),
  v: z.literal(1),
  kind: z.literal('label'),
  /** Exact RFC 8785 bytes of the statement. */
  statement: base64url,
  path: z.strictObject({
    index: z
      .int()
      .min(0)
      .max(MAX_LABELS - 1),
    size: z.int().min(1).max(MAX_LABELS),
    /** Sibling hashes, leaf to root (RFC 6962, 2.1.1). */
    hashes: z.array(digest).max(17),
  }),
  /** `common.Envelope` bytes of the endorsed, never submitted `label:read` or `label:readSaid`. */
  attestation: base64url,
});
export type LabelBundle = z.infer<typeof labelBundle>;

export interface LabelParts {
  readonly statement: Uint8Array;
  readonly index: number;
  readonly size: number;
  /** Sibling hashes, leaf to root. */
  readonly hashes: readonly Uint8Array[];
  readonly attestation: Uint8Array;
}

/** The file's bytes: canonical JSON. @throws ZodError on parts that no bundle can hold. */
export function encodeLabelBundle(parts: LabelParts): Uint8Array<ArrayBuffer> {
  const bundle: LabelBundle = {
    type: 'tabellion.proof',
    v: 1,
    kind: 'label',
    statement: toBase64url(parts.statement),
    path: { index: parts.index, size: parts.size, hashes: parts.hashes.map(toHex) },
    attestation: toBase64url(parts.attestation),
  };
  return canonicalBytes(labelBundle.parse(bundle));
}

/** @throws ZodError, BytesError. */
export function readLabelBundle(value: unknown): LabelParts {
  const { statement, path, attestation } = labelBundle.parse(value);
  return {
    statement: fromBase64url(statement),
    index: path.index,
    size: path.size,
    hashes: path.hashes.map(fromHex),
    attestation: fromBase64url(attestation),
  };
}

/** Writing what `verify` reads. */
import { toBase64url, toHex } from '../bytes/encoding.ts';
import { canonicalBytes } from '../json/canonical.ts';
import { type Commitment, type CompactBundle, commitment, compactBundle } from './record.ts';

/** Exact RFC 8785 bytes of a commitment: the Merkle leaf's input. @throws ZodError on a bad field. */
export function commitmentBytes(item: Commitment): Uint8Array<ArrayBuffer> {
  return canonicalBytes(commitment.parse(item));
}

export interface BundleParts {
  /** From {@link commitmentBytes}. */
  readonly commitment: Uint8Array;
  readonly index: number;
  readonly size: number;
  /** Sibling hashes, leaf to root. */
  readonly hashes: readonly Uint8Array[];
  /** Exact bytes of the batch record. */
  readonly record: Uint8Array;
  /** `common.Envelope` bytes from `LedgerPort.attest`. */
  readonly attestation: Uint8Array;
}

/** The file's bytes: canonical JSON. @throws ZodError on parts that no bundle can hold. */
export function encodeBundle(parts: BundleParts): Uint8Array<ArrayBuffer> {
  const bundle: CompactBundle = {
    type: 'tabellion.proof',
    v: 1,
    kind: 'compact',
    commitment: toBase64url(parts.commitment),
    path: { index: parts.index, size: parts.size, hashes: parts.hashes.map(toHex) },
    record: toBase64url(parts.record),
    attestation: toBase64url(parts.attestation),
  };
  return canonicalBytes(compactBundle.parse(bundle));
}

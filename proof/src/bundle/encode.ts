/** Writing what `verify` reads. */
import { toBase64url, toHex } from '../bytes/encoding.ts';
import { canonicalBytes } from '../json/canonical.ts';
import { parseCanonical } from '../json/parse.ts';
import type { CustodyParts } from './custody-chain.ts';
import {
  type Commitment,
  type CompactBundle,
  type CustodyBundle,
  commitment,
  compactBundle,
  custodyBundle,
  MAX_BUNDLE_BYTES,
} from './record.ts';

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

/** As {@link encodeBundle}, for a chain of custody. @throws ZodError on parts that no bundle can hold. */
export function encodeCustodyBundle(parts: CustodyParts): Uint8Array<ArrayBuffer> {
  const bundle: CustodyBundle = {
    type: 'tabellion.proof',
    v: 1,
    kind: 'custody',
    ...(parts.commitment && { commitment: toBase64url(parts.commitment) }),
    opening: toBase64url(parts.opening),
    steps: parts.steps.map(toBase64url),
    head: toBase64url(parts.head),
    attestation: toBase64url(parts.attestation),
  };
  return canonicalBytes(custodyBundle.parse(bundle));
}

/**
 * A custody bundle with the commitment that it came without.
 * @throws ZodError for a file that is no custody bundle.
 */
export function addCommitment(bundle: Uint8Array, item: Uint8Array): Uint8Array<ArrayBuffer> {
  const parsed = custodyBundle.parse(parseCanonical(bundle, { maxBytes: MAX_BUNDLE_BYTES }));
  return canonicalBytes({ ...parsed, commitment: toBase64url(item) });
}

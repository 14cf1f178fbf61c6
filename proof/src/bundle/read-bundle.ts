/** The bundle file's own form. */
import { fromBase64url, fromHex } from '../bytes/encoding.ts';
import { parseCanonical, parseStrict } from '../json/parse.ts';
import type { BundleParts } from './encode.ts';
import { compactBundle } from './record.ts';
import { demand } from './refusal.ts';
import { isNewer } from './trust.ts';

/** Past this no bundle of any kind is read at all. */
const MAX_BUNDLE_BYTES = 16 << 20;
const MAX_COMPACT_BYTES = 1 << 20;

/**
 * A file of a later format or of another kind is told as such before anything else is asked of it;
 * one of ours must be the only encoding of what it says.
 */
export function readBundle(bytes: Uint8Array): BundleParts {
  const value = parseStrict(bytes, { maxBytes: MAX_BUNDLE_BYTES });
  const { type, kind } = (value ?? {}) as { type?: unknown; kind?: unknown };
  demand(type === 'tabellion.proof', 'MALFORMED');
  demand(!isNewer(value), 'UNSUPPORTED_VERSION');
  demand(typeof kind !== 'string' || kind === 'compact', 'UNSUPPORTED_KIND');
  parseCanonical(bytes, { maxBytes: MAX_COMPACT_BYTES });
  const bundle = compactBundle.parse(value);
  return {
    commitment: fromBase64url(bundle.commitment),
    index: bundle.path.index,
    size: bundle.path.size,
    hashes: bundle.path.hashes.map(fromHex),
    record: fromBase64url(bundle.record),
    attestation: fromBase64url(bundle.attestation),
  };
}

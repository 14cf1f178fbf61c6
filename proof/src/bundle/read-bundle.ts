/** The bundle file's own form. */
import { fromBase64url, fromHex } from '../bytes/encoding.ts';
import { parseCanonical, parseStrict } from '../json/parse.ts';
import type { CustodyParts } from './custody-chain.ts';
import type { BundleParts } from './encode.ts';
import { type LabelParts, readLabelBundle } from './label-bundle.ts';
import { type OrderParts, readOrderBundle } from './order-bundle.ts';
import { compactBundle, custodyBundle, MAX_BUNDLE_BYTES } from './record.ts';
import { demand } from './refusal.ts';
import { isNewer } from './trust.ts';

const MAX_COMPACT_BYTES = 1 << 20;

export type Bundle =
  | ({ readonly kind: 'compact' } & BundleParts)
  | ({ readonly kind: 'custody' } & CustodyParts)
  | ({ readonly kind: 'label' } & LabelParts)
  | ({ readonly kind: 'order' } & OrderParts);

/**
 * A file of a later format or of another kind is told as such before anything else is asked of it;
 * one of ours must be the only encoding of what it says.
 */
export function readBundle(bytes: Uint8Array): Bundle {
  const value = parseStrict(bytes, { maxBytes: MAX_BUNDLE_BYTES });
  const { type, kind } = (value ?? {}) as { type?: unknown; kind?: unknown };
  demand(type === 'tabellion.proof', 'MALFORMED');
  demand(!isNewer(value), 'UNSUPPORTED_VERSION');
  if (kind === 'custody' || kind === 'label' || kind === 'order') {
    parseCanonical(bytes, { maxBytes: MAX_BUNDLE_BYTES });
    if (kind === 'custody') return readCustody(value);
    return kind === 'label'
      ? { kind, ...readLabelBundle(value) }
      : { kind, ...readOrderBundle(value) };
  }
  demand(typeof kind !== 'string' || kind === 'compact', 'UNSUPPORTED_KIND');
  parseCanonical(bytes, { maxBytes: MAX_COMPACT_BYTES });
  const bundle = compactBundle.parse(value);
  return {
    kind: 'compact',
    commitment: fromBase64url(bundle.commitment),
    index: bundle.path.index,
    size: bundle.path.size,
    hashes: bundle.path.hashes.map(fromHex),
    record: fromBase64url(bundle.record),
    attestation: fromBase64url(bundle.attestation),
  };
}

function readCustody(value: unknown): Bundle {
  const bundle = custodyBundle.parse(value);
  return {
    kind: 'custody',
    ...(bundle.commitment !== undefined && { commitment: fromBase64url(bundle.commitment) }),
    opening: fromBase64url(bundle.opening),
    steps: bundle.steps.map(fromBase64url),
    head: fromBase64url(bundle.head),
    attestation: fromBase64url(bundle.attestation),
  };
}

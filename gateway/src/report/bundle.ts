/**
 * What a proof bundle says of itself, so that a report can name it and take the item's facts from it. It
 * is held to the item, and not verified: that needs a trust file, and is the reader's part.
 */
import { digestRecord } from '@tabellion/chaincode/kernel/digest';
import {
  BUNDLE_MEDIA_TYPE,
  type Committed,
  type CompactBundle,
  type CustodyBundle,
  compactBundle,
  custodyBundle,
  fromBase64url,
  MAX_BUNDLE_BYTES,
  parseCanonical,
  readCommitted,
  sha256,
  toHex,
} from '@tabellion/proof';
import { z } from 'zod';
import type { ItemLife } from '../custody/life.ts';
import { isNamedBy } from '../custody/named.ts';
import { ReportError } from './error.ts';

const proof = z.discriminatedUnion('kind', [compactBundle, custodyBundle]);

export interface ReadBundle {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  /** SHA-256 of the file. */
  readonly digest: string;
  /** A commitment by itself describes the item and proves nothing. */
  readonly kind: 'compact' | 'custody' | 'commitment';
  /** What the commitment in it describes; null if it carries none. */
  readonly content: { readonly of: 'ITEM' | 'SOURCE'; readonly commitment: Committed } | null;
}

/**
 * @param name for errors.
 * @throws ReportError `BUNDLE_MALFORMED`, `BUNDLE_OF_ANOTHER_ITEM`.
 */
export function readBundle(name: string, bytes: Uint8Array, life: ItemLife): ReadBundle {
  const { kind, parsed, commitment } = parse(name, bytes);
  const content = commitment === undefined ? null : describe(name, commitment, life);
  if (kind === 'compact') assertSameBatch(name, parsed, life);
  if (kind === 'custody') assertSameCustody(name, parsed, life);
  return {
    bytes,
    mediaType: kind === 'commitment' ? 'application/json' : BUNDLE_MEDIA_TYPE,
    digest: toHex(sha256(bytes)),
    kind,
    content,
  };
}

type Parsed =
  | { kind: 'compact'; parsed: CompactBundle; commitment: Uint8Array }
  | { kind: 'custody'; parsed: CustodyBundle; commitment: Uint8Array | undefined }
  | { kind: 'commitment'; parsed: null; commitment: Uint8Array };

function parse(name: string, bytes: Uint8Array): Parsed {
  try {
    const value = parseCanonical(bytes, { maxBytes: MAX_BUNDLE_BYTES });
    if ((value as { type?: unknown } | null)?.type !== 'tabellion.proof') {
      return { kind: 'commitment', parsed: null, commitment: bytes };
    }
    const parsed = proof.parse(value);
    return parsed.kind === 'compact'
      ? { kind: 'compact', parsed, commitment: fromBase64url(parsed.commitment) }
      : {
          kind: 'custody',
          parsed,
          commitment:
            parsed.commitment === undefined ? undefined : fromBase64url(parsed.commitment),
        };
  } catch (error) {
    throw new ReportError('BUNDLE_MALFORMED', `${name} is no proof bundle`, error);
  }
}

function describe(name: string, bytes: Uint8Array, life: ItemLife): ReadBundle['content'] {
  let commitment: Committed;
  try {
    commitment = readCommitted(bytes);
  } catch (error) {
    throw new ReportError('BUNDLE_MALFORMED', `${name}: its commitment cannot be read`, error);
  }
  if (isNamedBy(life.opening.record, bytes)) return { of: 'ITEM', commitment };
  if (life.provenance.sources.some(({ record }) => isNamedBy(record, bytes))) {
    return { of: 'SOURCE', commitment };
  }
  return refuse(name, 'it describes neither this item nor one that it was made from');
}

function assertSameBatch(name: string, { record }: CompactBundle, life: ItemLife): void {
  const batch = `batch/${toHex(sha256(fromBase64url(record)))}`;
  if (life.provenance.batch?.key !== batch) refuse(name, 'it leads to another batch');
}

/** A proof that is older or newer than the life may hold fewer or more steps, but no others. */
function assertSameCustody(name: string, bundle: CustodyBundle, life: ItemLife): void {
  const known = [life.opening, ...life.steps].map(({ record }) => digestRecord(record));
  const differs = [bundle.opening, ...bundle.steps].findIndex(
    (record, at) => at < known.length && toHex(sha256(fromBase64url(record))) !== known[at],
  );
  if (differs >= 0) refuse(name, `record ${differs} of custody in it is not the ledger's`);
}

function refuse(name: string, why: string): never {
  throw new ReportError('BUNDLE_OF_ANOTHER_ITEM', `${name}: ${why}`);
}

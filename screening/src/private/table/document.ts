/** What the operator signs and publishes of a table: without it, no bucket can be checked. */
import { z } from 'zod';
import { PrivateError } from '../error.ts';
import { oprfKeyId } from '../voprf/key.ts';
import { SLOT_OVERHEAD } from './slot.ts';

export const MAX_PREFIX_BITS = 20;
export const MAX_SLOTS = 4096;
export const MIN_SLOT_BYTES = SLOT_OVERHEAD + 32;
export const MAX_SLOT_BYTES = 4096;

const time = z.int().min(0).max(253_402_300_799_999);

export const tableDocument = z
  .strictObject({
    type: z.literal('tabellion.private-table'),
    v: z.literal(1),
    kind: z.enum(['HASH', 'OPRF']),
    /** Which key's outputs open the entries of a table of the kind OPRF. */
    keyId: oprfKeyId.optional(),
    /** Fresh and random for every table, public: 32 bytes, base64url. In the keys of entries, not in prefixes. */
    salt: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
    prefixBits: z.int().min(0).max(MAX_PREFIX_BITS),
    /** Of each bucket, filled or not. */
    slots: z.int().min(1).max(MAX_SLOTS),
    slotBytes: z.int().min(MIN_SLOT_BYTES).max(MAX_SLOT_BYTES),
    /** Merkle root (RFC 6962) over the buckets in order, lower-case hexadecimal. */
    root: z.string().regex(/^[0-9a-f]{64}$/),
    /** What the table speaks of: every label up to this block, and when that was, milliseconds. */
    height: z.int().min(0),
    at: time,
    /** After this moment its silence says nothing any more. */
    validUntil: time,
  })
  .refine(({ kind, keyId }) => (kind === 'OPRF') === (keyId !== undefined), {
    error: 'a key belongs to a table of the kind OPRF, and to no other',
  });
export type TableDocument = z.infer<typeof tableDocument>;

/** What whoever builds a table says of it. */
export type TableFacts = Pick<TableDocument, 'kind' | 'keyId' | 'height' | 'at' | 'validUntil'>;

/** @throws PrivateError `TABLE_INVALID`. */
export function parseTable(value: unknown): TableDocument {
  const { data, error } = tableDocument.safeParse(value);
  if (data) return data;
  throw new PrivateError('TABLE_INVALID', z.prettifyError(error));
}

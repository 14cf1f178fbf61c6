/**
 * The part of a batch record that the proof needs. The record's definition is the contract's; what
 * stands beside these fields was accepted by the contract and is not judged again.
 */
import { z } from 'zod';
import { toHex } from '../bytes/encoding.ts';
import { sha256 } from '../crypto/provider.ts';
import { MAX_BATCH_ITEMS } from './record.ts';

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));

export const provenBatch = z.object({
  type: z.literal('tabellion.batch'),
  v: z.literal(1),
  acquisition: hex(16),
  root: hex(32),
  size: z.int().min(1).max(MAX_BATCH_ITEMS),
  act: z.object({ at: z.int().min(0), keyCustody: z.enum(['person', 'gateway']) }),
});
export type ProvenBatch = z.infer<typeof provenBatch>;

/** First part of a batch's key on the ledger; the rest is its digest in hex. */
export const BATCH_KEY_PREFIX = 'batch/';
/** The contract function whose endorsed answer is an attestation. */
export const READ_FUNCTION = 'evidence:read';

/** A batch is kept under its own digest. */
export const batchKeyOf = (record: Uint8Array): string => BATCH_KEY_PREFIX + toHex(sha256(record));

/** How an answer is laid out: the slots of a bucket, one flag, and the path from both to the table's root. */
import type { TableDocument } from './document.ts';

export const HASH_BYTES = 32;
export const FLAG_BYTES = 1;
/** The flag of a bucket that does not hold all that was to go in; of any other it is 0. */
export const OVERFULL = 1;

/** Bytes of every answer of a table, whatever it holds. */
export function answerLength({
  slots,
  slotBytes,
  prefixBits,
}: Pick<TableDocument, 'slots' | 'slotBytes' | 'prefixBits'>): number {
  return slots * slotBytes + FLAG_BYTES + prefixBits * HASH_BYTES;
}

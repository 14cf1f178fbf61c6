/** How tables are laid out, and the shares in which they are made. */
import type { Layout } from '@tabellion/screening';

export const TABLE_LAYOUT = {
  /** Room for a label of ordinary length, with what its sealing adds. */
  pad: { slots: 8, slotBytes: 512 },
  /** Several times what chance brings, so that only somebody’s labels by the thousand make a bucket overfull. */
  maxSlots: 384,
} as const satisfies Omit<Layout, 'prefixBits'>;

/** The prefix is what the operator learns of an address: never more bits than these. */
export const MAX_PREFIX_BITS = 14;
/** Labels of a bucket on average, at most, as long as prefixes can be longer. */
const LABELS_A_BUCKET = 64;

export function choosePrefixBits(addresses: number): number {
  const bits = Math.ceil(Math.log2(Math.max(1, addresses) / LABELS_A_BUCKET));
  return Math.min(MAX_PREFIX_BITS, Math.max(0, bits));
}

/** First bits of the prefix. A table is made of one share of the addresses after the other. */
export const SHARE_BITS = 6;
export const SHARES = 2 ** SHARE_BITS;

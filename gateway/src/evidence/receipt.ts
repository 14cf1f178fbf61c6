/** What became of the items behind a receipt. */
import { leafHash, toHex } from '@tabellion/proof';
import type { AnchoredItem, ReceiptState } from '../http/deps.ts';
import type { PendingItems, Range } from './pending-items.ts';

/** Failures that no repetition cures. */
const FINAL = new Set(['ACQUISITION_CLOSED', 'ACQUISITION_UNKNOWN', 'NOT_ALLOWED', 'CONTRACT']);

/** `failure`: why the last attempt to anchor what waits failed, if it did. */
export function readReceipt(
  items: PendingItems,
  receipt: string,
  failure: unknown,
): ReceiptState | undefined {
  const range = items.findReceipt(receipt);
  if (range === undefined) return undefined;
  const anchored = listAnchored(items, range);
  const count = range.last - range.first + 1;
  if (anchored.length === count) return { state: 'ANCHORED', items: anchored };
  const code = finalCode(failure);
  return code === undefined
    ? { state: 'PENDING', items: count }
    : { state: 'FAILED', code, anchored };
}

/** The code of a failure that no repetition cures. */
export function finalCode(error: unknown): string | undefined {
  const { code, contractCode } = (error ?? {}) as { code?: string; contractCode?: string };
  return code !== undefined && FINAL.has(code) ? (contractCode ?? code) : undefined;
}

function listAnchored(items: PendingItems, { first, last }: Range): AnchoredItem[] {
  return items.confirmedBetween(first, last).flatMap((batch) => {
    const from = Math.max(first, batch.first);
    return Array.from({ length: Math.min(last, batch.last) - from + 1 }, (_, at) => ({
      batch: batch.batch,
      index: from + at - batch.first,
      leaf: toHex(leafHash(items.commitment(from + at))),
      txId: batch.txId,
    }));
  });
}

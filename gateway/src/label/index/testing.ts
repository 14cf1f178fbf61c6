/** Batches and keys for tests. */
import type { BatchFacts } from './batch-table.ts';
import type { IndexedLabel, LabelIndex } from './label-index.ts';

export const GENESIS = new Uint8Array(32).fill(7);

/** A key of that many bytes that is the same for the same number, and another for another. */
export function makeKey(number: number, length = 21): Uint8Array {
  const key = new Uint8Array(length).fill(9);
  for (let at = 0; at < Math.min(4, length); at += 1) key[at] = number >>> (8 * at);
  return key;
}

export const makeBatch = (size: number, height: number, position = 0): BatchFacts => ({
  ...{ manifest: new Uint8Array(32).fill(height), size, height, position },
});

/** Lines that follow each other, as in a manifest. */
export const makeLabels = (keys: readonly Uint8Array[]): IndexedLabel[] =>
  keys.map((key, index) => ({ key, offset: 700 * index, length: 699 }));

/** A batch that is here in full; returns its number. */
export function addBatch(
  index: LabelIndex,
  height: number,
  keys: readonly Uint8Array[],
  position = 0,
): number {
  const batch = index.announce(makeBatch(keys.length, height, position));
  index.add(batch, makeLabels(keys));
  return batch;
}

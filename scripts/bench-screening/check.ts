/** Look-ups whose answers are held against the truth. */
import type { LabelHit, LabelIndex } from '../../gateway/src/label/index/label-index.ts';
import { type BenchBatch, isDisputed, lineOf, makeKey, mix, type Truth } from './labels.ts';

/** Addresses that nobody labelled have numbers from here on. */
const UNKNOWN = 2 ** 31;

/** An address that has a label. */
export const pickKnown = (truth: Truth, number: number) => mix(number) % truth.addresses;

/** An address that has none. */
export const pickUnknown = (number: number) => UNKNOWN + (mix(number) >>> 1);

/**
 * So many addresses, 4 of 10 labelled, 3 of 10 not, 3 of 10 labelled ones with one bit turned, a byte too
 * many or a byte too few.
 * @throws at the first false answer.
 */
export function checkAnswers(
  index: LabelIndex,
  truth: Truth,
  batches: readonly BenchBatch[],
  look: { readonly first: number; readonly count: number },
): void {
  for (let number = look.first; number < look.first + look.count; number += 1) {
    const kind = number % 10;
    const known = pickKnown(truth, number);
    if (kind < 4) {
      assertHits(index.find(makeKey(known)), truth.labelsOf(known), batches);
    } else {
      const key = kind < 7 ? makeKey(pickUnknown(number)) : alter(makeKey(known), mix(~number));
      if (index.find(key).length > 0) throw new Error(`a label for an address without: ${number}`);
    }
  }
}

function assertHits(
  hits: readonly LabelHit[],
  labels: Iterable<number>,
  batches: readonly BenchBatch[],
): void {
  let at = 0;
  for (const label of labels) {
    const hit = hits[at];
    if (hit === undefined) throw new Error(`label ${label} was not found`);
    const { offset, length } = lineOf(label, hit.index);
    const isTrue =
      batches[hit.batch]!.first + hit.index === label &&
      hit.offset === offset &&
      hit.length === length &&
      hit.changes.length === (isDisputed(label) ? 1 : 0);
    if (!isTrue) throw new Error(`something else was found than label ${label}`);
    at += 1;
  }
  if (at !== hits.length) throw new Error('more labels were found than there are');
}

function alter(key: Uint8Array, how: number): Uint8Array {
  if (how % 16 === 0 && key.length < 70) return Uint8Array.of(...key, 0);
  if (how % 16 === 1) return key.subarray(0, -1);
  const at = (how >>> 4) % key.length;
  return key.with(at, key[at]! ^ (1 << (how >>> 29)));
}

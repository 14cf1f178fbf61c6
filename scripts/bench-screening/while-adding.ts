/** What a look-up waits for while labels are being added on the same thread. */
import { setImmediate } from 'node:timers/promises';
import { addInTurns } from '../../gateway/src/label/index/add-in-turns.ts';
import type { IndexedLabel, LabelIndex } from '../../gateway/src/label/index/label-index.ts';

/** Look-ups come in at this distance whether those before them are answered or not, milliseconds. */
const DISTANCE = 0.1;

/** The batch's next labels; how long each look-up took from when it came in, microseconds. */
export async function measureWhileAdding(
  index: LabelIndex,
  batch: number,
  labels: readonly IndexedLabel[],
  keys: readonly Uint8Array[],
): Promise<number[]> {
  const waits: number[] = [];
  const end = index.addedOf(batch) + labels.length;
  const began = performance.now();
  const adding = addInTurns(index, batch, labels);
  while (index.addedOf(batch) < end) {
    for (;;) {
      const due = began + waits.length * DISTANCE;
      if (due > performance.now()) break;
      index.find(keys[waits.length % keys.length]!);
      waits.push((performance.now() - due) * 1000);
    }
    await setImmediate();
  }
  await adding;
  return waits;
}

import { setImmediate } from 'node:timers/promises';
import type { IndexedLabel, LabelIndex } from './label-index.ts';

/** Labels added before look-ups get their turn: a fraction of a millisecond. */
const TURN = 256;

/** The rest of a batch's labels; look-ups go on meanwhile. @throws LabelIndexError `LABEL_RANGE`. */
export async function addInTurns(
  index: LabelIndex,
  batch: number,
  labels: Iterable<IndexedLabel> | AsyncIterable<IndexedLabel>,
): Promise<void> {
  let turn: IndexedLabel[] = [];
  for await (const label of labels) {
    turn.push(label);
    if (turn.length < TURN) continue;
    index.add(batch, turn);
    turn = [];
    await setImmediate();
  }
  index.add(batch, turn);
}

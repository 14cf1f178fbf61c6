import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { addInTurns } from './add-in-turns.ts';
import { LabelIndex } from './label-index.ts';
import { makeBatch, makeKey, makeLabels } from './testing.ts';

it('lets look-ups in between, and adds every label', async () => {
  const index = new LabelIndex();
  const keys = Array.from({ length: 5000 }, (_, number) => makeKey(number));
  const batch = index.announce(makeBatch(keys.length, 1));
  const adding = addInTurns(index, batch, makeLabels(keys));
  const seen = new Set<number>();
  while (index.findMissing(1) !== undefined) {
    seen.add(index.size);
    await setImmediate();
  }
  await adding;
  expect(seen.size).toBeGreaterThan(5);
  for (const [number, key] of keys.entries()) {
    expect(index.find(key)).toMatchObject([{ index: number }]);
  }
});

it('goes on where a batch was left', async () => {
  const index = new LabelIndex();
  const batch = index.announce(makeBatch(3, 1));
  index.add(batch, makeLabels([makeKey(1)]));
  await addInTurns(index, batch, makeLabels([makeKey(2), makeKey(3)]));
  expect(index.find(makeKey(3))).toMatchObject([{ index: 2 }]);
});

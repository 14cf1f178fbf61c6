/** Going through all addresses, also while labels are taken in. */
import { toHex } from '@tabellion/proof';
import { expect, it } from 'vitest';
import { LabelIndex } from './label-index.ts';
import { addBatch, makeKey } from './testing.ts';

const name = (number: number) => toHex(makeKey(number));
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);
const keysOf = (numbers: readonly number[]) => numbers.map((number) => makeKey(number));

it('names every address once, however many labels it has', () => {
  const index = new LabelIndex();
  addBatch(index, 1, keysOf(range(0, 3000)));
  addBatch(index, 2, keysOf(range(1000, 4000)));
  const listed = [...index.listKeys()].map(toHex);
  expect(listed.toSorted()).toEqual(range(0, 4000).map(name).toSorted());
});

it('leaves none out and names none twice while labels of old and new addresses come', () => {
  const index = new LabelIndex();
  addBatch(index, 1, keysOf(range(0, 3000)));
  const listed: string[] = [];
  let height = 1;
  for (const key of index.listKeys()) {
    listed.push(toHex(key));
    if (listed.length % 500 !== 0) continue;
    height += 1;
    const come = [...range(0, 3000), ...range(3000 * height, 3000 * height + 2000)];
    addBatch(index, height, keysOf(come));
  }
  expect(height).toBeGreaterThan(4);
  const known = new Set(listed);
  expect(known.size).toBe(listed.length);
  expect(range(0, 3000).filter((number) => !known.has(name(number)))).toEqual([]);
});

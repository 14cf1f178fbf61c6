import { expect, it } from 'vitest';
import { Recent } from './recent.ts';

it('tells what it has seen from what is new, and forgets the oldest', () => {
  const recent = new Recent(2);
  expect(['a', 'b', 'a', 'c', 'b', 'a'].map((thing) => recent.add(thing))).toEqual([
    ...[true, true, false, true, false, true],
  ]);
});

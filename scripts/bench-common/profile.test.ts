import { expect, it } from 'vitest';
import { readSelfTimes } from './profile.ts';

const node = (id: number, functionName: string, url = '') => ({
  id,
  callFrame: { functionName, url, lineNumber: 4 },
});

it('adds up the time of a function, wherever it was called from, and leaves out waiting', () => {
  const times = readSelfTimes({
    nodes: [
      node(1, 'hash', 'node:crypto'),
      node(2, '(idle)'),
      node(3, ''),
      node(4, 'hash', 'node:crypto'),
    ],
    samples: [1, 2, 4, 3],
    timeDeltas: [1_000_000, 9_000_000, 500_000, 250_000],
  });
  expect(times).toEqual([
    { name: 'hash node:crypto:5', seconds: 1.5 },
    { name: '(anonymous)', seconds: 0.25 },
  ]);
});

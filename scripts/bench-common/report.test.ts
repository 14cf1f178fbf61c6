import { expect, it } from 'vitest';
import { comparePairs, compareRounds, median, percentile, toLimitRow, toRow } from './report.ts';

it('takes turns, after one pair that does not count', async () => {
  const order: string[] = [];
  const measure = (name: string, rates: number[]) => async () => {
    order.push(name);
    return rates.shift()!;
  };
  const own = measure('own', [1000, 30, 20, 80]);
  const peer = measure('peer', [1, 10, 10, 10]);
  const pairs = await comparePairs(own, peer, 3);
  expect(order.join(' ')).toBe('own peer own peer peer own own peer');
  expect(pairs).toEqual({ values: [30, 20, 80], ratios: [3, 2, 8] });
  const row = toRow('it', 'a second', 'that', pairs, 3);
  expect(row).toMatchObject({ value: 30, ratio: 3, worst: 2, ok: true });
  expect(toRow('it', 'a second', 'that', pairs, 3.1).ok).toBe(false);
});

it('holds one measurement of a round against every peer', async () => {
  const own = [1, 30, 20];
  const peers = [
    [1, 10, 10],
    [1, 3, 5],
  ];
  const measures = peers.map((rates) => async () => rates.shift()!);
  expect(await compareRounds(async () => own.shift()!, measures, 2)).toEqual([
    { values: [30, 20], ratios: [3, 2] },
    { values: [30, 20], ratios: [10, 4] },
  ]);
});

it('says by how much a limit is kept, more being better', () => {
  expect(toLimitRow('it', 'MB', 200, { limit: 300 })).toMatchObject({ ratio: 1.5, ok: true });
  expect(toLimitRow('it', 'MB', 400, { limit: 300 })).toMatchObject({ worst: 0.75, ok: false });
});

it('finds the middle', () => {
  expect(median([10, 9, 1])).toBe(9);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

it('names the value that a share does not exceed', () => {
  const values = Array.from({ length: 200 }, (_, index) => 200 - index);
  expect(percentile(values, 0.5)).toBe(100);
  expect(percentile(values, 0.99)).toBe(198);
  expect(percentile([7], 0.99)).toBe(7);
});

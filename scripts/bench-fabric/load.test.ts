import { expect, it } from 'vitest';
import { arrivals, arriveAtRate, keepInFlight } from './load.ts';

it('arrives as often as stated, unevenly', () => {
  let state = 1;
  // Park and Miller's generator: the same arrivals in every run.
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const times = [...arrivals(100, 100_000, random)];
  expect(times.length).toBeGreaterThan(9_700);
  expect(times.length).toBeLessThan(10_300);
  const gaps = times.slice(1).map((time, index) => time - times[index]!);
  // Of a Poisson process, the share of gaps longer than the mean is 1/e.
  const longer = gaps.filter((gap) => gap > 10).length / gaps.length;
  expect(longer).toBeCloseTo(Math.exp(-1), 1);
});

it('starts what is due though nothing has ended, and counts the wait from when it was due', async () => {
  let started = 0;
  const all = Promise.withResolvers<void>();
  // Five at 1 ms, 2 ms, …: whoever waited for the first to end would wait for ever.
  const step = () => {
    started += 1;
    if (started === 1) block(30);
    if (started === 5) all.resolve();
    return all.promise;
  };
  const everyMs = () => 1 - Math.exp(-1);
  const { results } = await arriveAtRate(1000, 5.5, step, everyMs);
  expect(results).toHaveLength(5);
  // The second was due while the first kept the process busy; that time is its latency too.
  expect(Math.min(...results)).toBeGreaterThan(20);
});

function block(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}

it('keeps so many going, and tells what failed apart', async () => {
  let going = 0;
  let most = 0;
  let turn = 0;
  const { results, failures } = await keepInFlight(3, 20, async () => {
    most = Math.max(most, ++going);
    const mine = turn++;
    await new Promise((resolve) => setTimeout(resolve, 2));
    going -= 1;
    if (mine === 1) throw new Error('one');
    return mine;
  });
  expect(most).toBe(3);
  expect(results).not.toContain(1);
  expect(results.length + failures.length).toBe(turn);
  expect(failures).toHaveLength(1);
});

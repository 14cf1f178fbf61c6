import { describe, expect, it } from 'vitest';
import { Backoff } from './backoff.ts';

const TRY_MS = 100;

describe('Backoff', () => {
  it('stays away longer with every loss, up to a limit', () => {
    const backoff = new Backoff(() => 0.25);
    const pauses = Array.from({ length: 9 }, (_, round) => backoff.choosePause(10 * round, TRY_MS));
    expect(pauses.slice(0, 6)).toEqual([50, 100, 200, 400, 800, 1600]);
    expect(new Set(pauses.slice(5)).size).toBe(1);
    expect(backoff.choosePause(1000, 1_000_000)).toBeLessThanOrEqual(30_000);
  });

  it('asks a slow ledger less often', () => {
    const pause = (tookMs: number) => new Backoff(() => 0.5).choosePause(1, tookMs);
    expect(pause(4 * TRY_MS)).toBe(4 * pause(TRY_MS));
    expect(pause(0)).toBeGreaterThan(0);
  });

  it('begins anew where nobody moved the chain in a pause that was long enough to see it', () => {
    const backoff = new Backoff(() => 0.9);
    for (let round = 0; round < 4; round += 1) backoff.choosePause(10 * round, TRY_MS);
    expect(backoff.choosePause(31, TRY_MS)).toBe(0.9 * 2 * TRY_MS);
  });

  it('takes no short pause for a quiet one', () => {
    const backoff = new Backoff(() => 0.01);
    for (let round = 0; round < 4; round += 1) backoff.choosePause(10 * round, TRY_MS);
    expect(backoff.choosePause(31, TRY_MS)).toBeCloseTo(0.01 * 2 ** 5 * TRY_MS);
  });

  it('spreads clients that lost together', () => {
    const pauses = Array.from({ length: 50 }, () => new Backoff().choosePause(1, TRY_MS));
    expect(new Set(pauses).size).toBeGreaterThan(40);
  });
});

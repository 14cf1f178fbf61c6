import { describe, expect, it } from 'vitest';
import { createShares } from './shares.ts';

/** How much of it an owner gets. */
const takeAll = (shares: ReturnType<typeof createShares>, owner: string) => {
  const held: (() => void)[] = [];
  try {
    for (;;) held.push(shares.take(owner));
  } catch (error) {
    expect(error).toMatchObject({ code: 'OVERLOADED', status: 503 });
  }
  return held;
};

describe('shares', () => {
  it('leave as much as the greediest has, and something for each that comes later', () => {
    const shares = createShares(96);
    expect(takeAll(shares, 'first')).toHaveLength(48);
    expect(takeAll(shares, 'second')).toHaveLength(24);
    expect(takeAll(shares, 'third')).toHaveLength(12);
  });

  it('are there again once given back, however often that is said', () => {
    const shares = createShares(10);
    const [first, ...rest] = takeAll(shares, 'one');
    for (const giveBack of [first!, first!, ...rest]) giveBack();
    expect(takeAll(shares, 'one')).toHaveLength(5);
  });

  it('may be of any size', () => {
    const shares = createShares(100);
    const giveBack = shares.take('one', 40);
    expect(() => shares.take('one', 30)).toThrow(expect.objectContaining({ code: 'OVERLOADED' }));
    shares.take('two', 30);
    giveBack();
    shares.take('one', 35);
  });
});

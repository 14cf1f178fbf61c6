import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectRefusal } from '../../test/samples.ts';
import { assertEndorsable, leastEndorsements, tallyVotes } from './threshold.ts';

describe('leastEndorsements', () => {
  it('is max(2, f + 1) (CNS-2)', () => {
    const expected = [2, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5];
    const members = expected.map((_, index) => index + 2);
    expect(members.map(leastEndorsements)).toEqual([2, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5]);
  });

  it('always holds one honest member when f err', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 64 }), (n) => {
        const faulty = Math.floor((n - 1) / 3);
        expect(leastEndorsements(n)).toBeGreaterThan(faulty);
        expect(leastEndorsements(n)).toBeLessThanOrEqual(n);
      }),
    );
  });
});

describe('assertEndorsable', () => {
  const states = (count: number) =>
    Array.from({ length: count }, () => ({ kind: 'STATE' }) as const);
  it('takes a consortium that can endorse', () => {
    expect(() => assertEndorsable(states(4), 2)).not.toThrow();
    expect(() => assertEndorsable([...states(1), { kind: 'EXCHANGE' }], 2)).not.toThrow();
  });
  it('refuses too few members, a low threshold, and no state', () => {
    expectRefusal(() => assertEndorsable(states(2), 3), 'TOO_FEW_MEMBERS');
    expectRefusal(() => assertEndorsable(states(7), 2), 'THRESHOLD_TOO_LOW');
    const exchanges = [{ kind: 'EXCHANGE' }, { kind: 'PLATFORM' }] as const;
    expectRefusal(() => assertEndorsable(exchanges, 2), 'NO_STATE_LEFT');
  });
});

describe('tallyVotes', () => {
  it('counts at the boundary: 6000 bps of 4 are 2.4 votes, so three carry and two NO reject', () => {
    expect(tallyVotes(2, 0, 4, 6000)).toBe('OPEN');
    expect(tallyVotes(3, 0, 4, 6000)).toBe('CARRIED');
    expect(tallyVotes(0, 2, 4, 6000)).toBe('REJECTED');
    expect(tallyVotes(0, 1, 4, 6000)).toBe('OPEN');
    expect(tallyVotes(3, 0, 5, 6000)).toBe('CARRIED');
  });

  it('is open only while both ends are possible, and decided once all have voted', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 64 }),
        fc.nat(64),
        fc.nat(64),
        fc.integer({ min: 5001, max: 10_000 }),
        (active, first, second, bps) => {
          const yes = first % (active + 1);
          const no = second % (active - yes + 1);
          const tally = tallyVotes(yes, no, active, bps);
          const rest = active - yes - no;
          expect(tally === 'CARRIED').toBe(yes / active >= bps / 10_000);
          expect(tally === 'REJECTED').toBe(
            tally !== 'CARRIED' && tallyVotes(yes + rest, no, active, bps) !== 'CARRIED',
          );
          if (rest === 0) expect(tally).not.toBe('OPEN');
        },
      ),
    );
  });
});

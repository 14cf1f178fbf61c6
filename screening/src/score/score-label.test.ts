/** The score: what each thing said of a label adds or takes, and where it stops. */
import { PROVENANCES } from '@tabellion/proof';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LabelStanding, labelStatus, type ScoringRule, scoreLabel } from './score-label.ts';

const DAY = 86_400_000;
const NOW = 1_790_000_000_000;
const rule: ScoringRule = {
  weights: Object.fromEntries(PROVENANCES.map((name) => [name, 60])) as ScoringRule['weights'],
  halfLifeDays: 365,
  corroboration: 10,
  corroborationsMax: 3,
  falsePositive: 15,
  falsePositivesMax: 2,
  openDispute: 20,
  opinion: 10,
};
const standing = (changes: Partial<LabelStanding> = {}): LabelStanding => ({
  provenance: 'forensic',
  observedAt: NOW,
  corroborations: 0,
  falsePositives: 0,
  opinions: [],
  openDisputes: 0,
  withdrawn: false,
  ...changes,
});
const score = (changes: Partial<LabelStanding> = {}, at = NOW) =>
  scoreLabel(standing(changes), rule, at);

describe('the score', () => {
  it('is the sum of its terms', () => {
    expect(score()).toEqual({ score: 60, terms: [{ term: 'PROVENANCE', points: 60 }] });
    expect(
      score({ corroborations: 2, falsePositives: 1, openDisputes: 3, opinions: [100, 75] }),
    ).toEqual({
      score: 60 + 20 - 15 - 20 + 7,
      terms: [
        { term: 'PROVENANCE', points: 60 },
        { term: 'CORROBORATION', points: 20 },
        { term: 'FALSE_POSITIVE', points: -15 },
        { term: 'OPEN_DISPUTE', points: -20 },
        { term: 'OPINION', points: 7 },
      ],
    });
  });

  it('halves with the age, and is never younger than now', () => {
    const after = (days: number) => score({}, NOW + days * DAY).score;
    expect([0, 1, 182, 365, 547, 730, 365 * 8].map(after)).toEqual([60, 59, 45, 30, 22, 15, 0]);
    expect(score({ observedAt: NOW + 5 * DAY }).score).toBe(60);
  });

  it('counts no more voices than the rule lets it', () => {
    expect(score({ corroborations: 3 })).toEqual(score({ corroborations: 50 }));
    expect(score({ falsePositives: 2 })).toEqual(score({ falsePositives: 50 }));
    expect(score({ opinions: [0, 0, 0] }).score).toBe(50);
  });

  it('lies between 0 and 100, in whole points, and only falls with time', () => {
    const any = fc.record({
      provenance: fc.constantFrom(...PROVENANCES),
      observedAt: fc.integer({ min: 0, max: NOW }),
      corroborations: fc.nat(20),
      falsePositives: fc.nat(20),
      opinions: fc.array(fc.nat(100), { maxLength: 5 }),
      openDisputes: fc.nat(2),
      withdrawn: fc.boolean(),
    });
    fc.assert(
      fc.property(any, fc.nat(4000 * DAY), (given, later) => {
        const now = scoreLabel(given, rule, NOW);
        const then = scoreLabel(given, rule, NOW + later);
        for (const { score: value, terms } of [now, then]) {
          expect(Number.isInteger(value) && value >= 0 && value <= 100).toBe(true);
          expect(terms.every(({ points }) => Number.isInteger(points))).toBe(true);
        }
        expect(then.score).toBeLessThanOrEqual(now.score);
      }),
    );
  });
});

describe('the status', () => {
  it.each([
    ['PROPOSED', {}],
    ['ACTIVE', { corroborations: 1 }],
    ['DISPUTED', { corroborations: 1, openDisputes: 1 }],
    ['EXPIRED', { openDisputes: 1, validUntil: NOW - 1 }],
    ['NOT_YET_VALID', { corroborations: 1, validFrom: NOW + 1 }],
    ['WITHDRAWN', { withdrawn: true, validUntil: NOW - 1 }],
  ] as const)('is %s', (status, changes) => {
    expect(labelStatus(standing(changes), NOW)).toBe(status);
  });

  it('is valid at its very limits', () => {
    expect(labelStatus(standing({ validFrom: NOW, validUntil: NOW }), NOW)).toBe('PROPOSED');
  });
});

import type { ItemHeadRecord, StepVerb } from '@tabellion/chaincode/custody/record';
import { describe, expect, it } from 'vitest';
import { describeStanding, isStillMeant } from './standing.ts';

const held: ItemHeadRecord = {
  type: 'tabellion.item-head',
  v: 1,
  item: 'a'.repeat(64),
  sequence: 3,
  last: 'b'.repeat(64),
  happenedAt: 1,
  status: 'HELD',
  holder: { member: 'CnAgencyMSP', person: 'p-1' },
  offer: null,
  seals: ['S-1'],
  holds: [],
  way: { steps: 3, bytes: 3000 },
  apart: [],
  mirror: 'UNCONFIRMED',
};
const offer = { to: { member: 'SgAgencyMSP' }, happenedAt: 2 };
const hold = { hold: 'c'.repeat(64), member: 'SgAgencyMSP' };

const VERBS = [
  'offer',
  'accept',
  'return',
  'dispose',
  'hold',
  'lift',
  'confirm',
  'correct',
] as const;

/** What came between, and which of these steps still mean the same after it. */
const BETWEEN: readonly (readonly [string, Partial<ItemHeadRecord>, readonly StepVerb[]])[] = [
  ['an examination', {}, VERBS],
  ['an offer', { status: 'OFFERED', offer }, ['lift', 'correct']],
  [
    'a hand-over',
    { holder: { member: 'SgAgencyMSP', person: 'p-2' } },
    ['hold', 'lift', 'confirm', 'correct'],
  ],
  ['other seals', { seals: ['S-2'] }, ['hold', 'lift', 'confirm', 'correct']],
  ['a legal hold', { holds: [hold] }, ['offer', 'accept', 'hold', 'confirm', 'correct']],
  ['a confirmation', { mirror: 'CONFIRMED' }, VERBS.filter((verb) => verb !== 'confirm')],
];

describe('a step that another one overtook', () => {
  it.each(BETWEEN)('after %s', (_, change, meant) => {
    const after = { ...held, sequence: 4, last: 'd'.repeat(64), happenedAt: 3, ...change };
    expect(VERBS.filter((verb) => isStillMeant(verb, held, after))).toEqual(meant);
  });

  it('is told by who has the item, for whom it is, and how far it is', () => {
    expect(describeStanding({ ...held, status: 'OFFERED', offer })).toBe(
      'OFFERED by CnAgencyMSP/p-1, offered to SgAgencyMSP, at step 3',
    );
  });
});

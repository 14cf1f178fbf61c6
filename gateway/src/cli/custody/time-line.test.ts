/** The life of an item for people, where it is long, and where a state changed its mind. */
import type { CustodyRecord } from '@tabellion/chaincode/custody/record';
import { describe, expect, it } from 'vitest';
import type { ItemLife } from '../../custody/life.ts';
import { abridge, joinRanges } from './abridge.ts';
import { describeMirror } from './time-line.ts';

describe('long lists', () => {
  it('are counted, and flagged steps told as ranges, each number once', () => {
    const names = Array.from({ length: 60 }, (_, index) => `item ${index}`);
    expect(abridge(names.slice(0, 4))).toBe('item 0, item 1, item 2, item 3');
    expect(abridge(names)).toBe(
      'item 0, item 1, item 2, item 3 and 56 more, 60 in all (--json lists them)',
    );
    expect(abridge([])).toBe('');
    expect(joinRanges([0, 1, 3, 5, 6, 7, 8, 115])).toBe('0, 1, 3, 5-8, 115');
    expect(joinRanges([])).toBe('');
  });
});

describe('a mirror copy', () => {
  const mirrorOf = { jurisdiction: 'DE', custodian: 'DeMSP', sha256: 'aa'.repeat(32) };
  const confirmed = (sequence: number, position: 'CONFIRMED' | 'DENIED') =>
    ({ record: { kind: 'CONFIRM', sequence, position } as CustodyRecord }) as ItemLife['steps'][0];
  const tell = (state: 'CONFIRMED' | 'DENIED' | 'UNCONFIRMED', ...steps: ItemLife['steps']) =>
    describeMirror(mirrorOf, state, steps);

  it('is told as it stands, and beside it what its state said before', () => {
    const where = 'original with DeMSP in DE';
    expect(tell('UNCONFIRMED')).toBe(`${where}, UNCONFIRMED`);
    expect(tell('CONFIRMED', confirmed(2, 'CONFIRMED'))).toBe(`${where}, CONFIRMED`);
    expect(tell('CONFIRMED', confirmed(2, 'DENIED'), confirmed(5, 'CONFIRMED'))).toBe(
      `${where}, CONFIRMED; DENIED before, in step 2`,
    );
    const changed = [confirmed(1, 'CONFIRMED'), confirmed(2, 'DENIED'), confirmed(3, 'DENIED')];
    expect(tell('DENIED', ...changed)).toBe(`${where}, DENIED; CONFIRMED before, in step 1`);
    expect(describeMirror(undefined, null, [])).toBeUndefined();
  });
});

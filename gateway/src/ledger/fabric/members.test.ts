import { describe, expect, it } from 'vitest';
import { chooseMembers } from './members.ts';

const members = [
  { mspId: 'Cn', state: true },
  { mspId: 'Sg', state: true },
  { mspId: 'De', state: true },
  { mspId: 'Exchange', state: false },
  { mspId: 'Platform', state: false },
];

describe('chooseMembers', () => {
  it('takes the own member first and as many as needed', () => {
    expect(chooseMembers(members, { threshold: 2, own: 'De' })).toEqual(['De', 'Cn']);
    expect(chooseMembers(members, { threshold: 3, own: 'Sg' })).toEqual(['Sg', 'Cn', 'De']);
  });

  it('takes turns among the others', () => {
    const second = [0, 1, 2, 3, 4].map((turn) =>
      chooseMembers(members, { threshold: 2, own: 'Cn', turn }),
    );
    expect(second.map((chosen) => chosen?.[1])).toEqual(['Sg', 'De', 'Exchange', 'Platform', 'Sg']);
  });

  it('always has a state among them', () => {
    for (let turn = 0; turn < 4; turn += 1) {
      const chosen = chooseMembers(members, { threshold: 2, own: 'Exchange', turn });
      expect(chosen?.[0]).toBe('Exchange');
      expect(['Cn', 'Sg', 'De']).toContain(chosen?.[1]);
    }
  });

  it('does without members whose peers are away', () => {
    const away = new Set(['De', 'Cn']);
    expect(chooseMembers(members, { threshold: 2, own: 'De', away })).toEqual(['Sg', 'Exchange']);
  });

  it('finds none where no state or too few members are left', () => {
    const states = new Set(['Cn', 'Sg', 'De']);
    expect(chooseMembers(members, { threshold: 2, own: 'Cn', away: states })).toBeUndefined();
    const away = new Set(['Platform']);
    expect(chooseMembers(members, { threshold: 5, own: 'Cn', away })).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { chooseUntouched } from './untouched-endorsers.ts';

const member = (mspId: string, jurisdiction: string, state = true) => ({
  mspId,
  name: mspId,
  jurisdiction,
  state,
  roots: ['x'],
  intermediates: [],
  revocations: [],
});
const trust = {
  endorsementThreshold: 2,
  definitions: [],
  members: [
    member('CnMSP', 'CN'),
    member('SgMSP', 'SG'),
    member('DeMSP', 'DE'),
    member('SgExchangeMSP', 'SG', false),
  ],
};
const at = (...places: [string, string, ...string[]]) => {
  const [systemJurisdiction, mediumLocation, ...nodes] = places;
  return {
    systemJurisdiction,
    mediumLocation,
    source:
      nodes.length === 0
        ? { class: 'STANDALONE' as const }
        : {
            class: 'NETWORK' as const,
            nodes: nodes.map((jurisdiction) => ({ kind: 'proxy', jurisdiction })),
          },
  };
};

describe('the endorsers of a sealed place', () => {
  it.each([
    ['the system', at('SG', 'CN')],
    ['the medium', at('CN', 'SG')],
    ['a network node', at('CN', 'CN', 'UNKNOWN', 'SG')],
  ])('leave out whoever is touched by %s', (_what, location) => {
    expect(chooseUntouched('CnMSP', location, trust)).toEqual(['CnMSP', 'DeMSP']);
  });

  it('leave out whoever does not count under the definition in force', () => {
    const definitions = [
      { sequence: 1, block: 1, transaction: 0, members: ['CnMSP', 'DeMSP', 'SgMSP'] },
      { sequence: 2, block: 9, transaction: 0, members: ['CnMSP', 'SgMSP'] },
    ];
    const chosen = () => chooseUntouched('CnMSP', at('CN', 'CN'), { ...trust, definitions });
    expect(chosen()).toEqual(['CnMSP', 'SgMSP']);
  });

  it('leave the own member in, wherever the place is', () => {
    expect(chooseUntouched('CnMSP', at('CN', 'UNKNOWN'), trust)[0]).toBe('CnMSP');
  });

  it('are none where too few are left: nothing is shown to anybody', () => {
    expect(() => chooseUntouched('CnMSP', at('SG', 'DE'), trust)).toThrow(
      expect.objectContaining({ code: 'ENDORSEMENT_FAILED' }),
    );
  });
});

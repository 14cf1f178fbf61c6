import { describe, expect, it } from 'vitest';
import { choosePartyEndorsers } from './party-endorsers.ts';

const member = (mspId: string, state = true) => ({
  ...{ mspId, name: mspId, jurisdiction: mspId.slice(0, 2).toUpperCase(), state },
  ...{ roots: ['x'], intermediates: [], revocations: [] },
});
const trust = {
  endorsementThreshold: 2,
  definitions: [],
  members: [member('CnMSP'), member('DeMSP'), member('SgMSP'), member('SgExchangeMSP', false)],
};

describe('the endorsers of an order with contents', () => {
  it('are its parties and nobody else, where those are enough', () => {
    expect(choosePartyEndorsers('DeMSP', ['SgExchangeMSP'], trust)).toEqual([
      'DeMSP',
      'SgExchangeMSP',
    ]);
    const all = choosePartyEndorsers('DeMSP', ['SgExchangeMSP', 'SgMSP'], trust);
    expect(all.toSorted()).toEqual(['DeMSP', 'SgExchangeMSP', 'SgMSP']);
  });

  it('are joined by others only where the threshold asks for more', () => {
    const strict = { ...trust, endorsementThreshold: 3 };
    const chosen = choosePartyEndorsers('DeMSP', ['SgExchangeMSP'], strict);
    expect(chosen.slice(0, 2)).toEqual(['DeMSP', 'SgExchangeMSP']);
    expect(chosen).toHaveLength(3);
  });

  it('are none where a party does not count under the definition in force', () => {
    const definitions = [
      { sequence: 1, block: 1, transaction: 0, members: ['CnMSP', 'DeMSP', 'SgMSP'] },
    ];
    expect(() =>
      choosePartyEndorsers('DeMSP', ['SgExchangeMSP'], { ...trust, definitions }),
    ).toThrow(expect.objectContaining({ code: 'ENDORSEMENT_FAILED' }));
    expect(() => choosePartyEndorsers('DeMSP', ['NobodyMSP'], trust)).toThrow(
      expect.objectContaining({ code: 'ENDORSEMENT_FAILED' }),
    );
  });
});

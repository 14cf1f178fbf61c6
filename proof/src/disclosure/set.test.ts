import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareBytes } from '../bytes/encoding.ts';
import { sha256 } from '../crypto/provider.ts';
import { buildTree } from '../merkle/tree.ts';
import { buildSet, checkSetProof, type SetPlace, type SetProof } from './set.ts';

const leafOf = (number: number) => sha256(Uint8Array.of(number >> 8, number & 0xff));
const sorted = (numbers: readonly number[]) => numbers.map(leafOf).sort(compareBytes);

describe('a set', () => {
  it('shows of every hash that it is in it or that it is not, and never both', () => {
    const numbers = fc.uniqueArray(fc.nat(2000), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(numbers, fc.nat(2000), (chosen, asked) => {
        const set = buildSet(sorted(chosen));
        const leaf = leafOf(asked);
        const proof = set.prove(leaf);
        const expected = chosen.includes(asked) ? 'MEMBER' : 'ABSENT';
        expect(checkSetProof(leaf, proof, set)).toBe(expected);
        // The same proof for another hash, another root or another size shows nothing.
        expect(checkSetProof(leafOf(3000), proof, set)).not.toBe('MEMBER');
        const elsewhere = { ...set, root: leafOf(3000) };
        expect(checkSetProof(leaf, proof, elsewhere)).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });

  it('proves what stands before the first and after the last', () => {
    const leaves = sorted([1, 2, 3, 4, 5]);
    for (const absent of [leaves[0]!, leaves[4]!]) {
      const set = buildSet(leaves.filter((leaf) => leaf !== absent));
      const proof = set.prove(absent);
      expect(proof).toMatchObject(absent === leaves[0] ? { left: null } : { right: null });
      expect(checkSetProof(absent, proof, set)).toBe('ABSENT');
    }
  });

  it('is refused unless its leaves ascend, each once', () => {
    const leaves = sorted([1, 2, 3]);
    const expectOrder = (list: Uint8Array[]) =>
      expect(() => buildSet(list)).toThrow(expect.objectContaining({ code: 'MERKLE_ORDER' }));
    expectOrder([leaves[1]!, leaves[0]!]);
    expectOrder([leaves[0]!, leaves[0]!]);
    expect(() => buildSet([])).toThrow(expect.objectContaining({ code: 'MERKLE_SIZE' }));
    expect(() => buildSet([new Uint8Array(31)])).toThrow(
      expect.objectContaining({ code: 'MERKLE_HASH' }),
    );
  });
});

describe('what is no hash', () => {
  const set = buildSet(sorted([1, 2, 3]));
  const lengths = [0, 1, 31, 33, 64];

  it('is refused as a question: that it is not in the set would show nothing', () => {
    const refusal = expect.objectContaining({ code: 'MERKLE_HASH' });
    for (const length of lengths) {
      const leaf = new Uint8Array(length);
      expect(() => set.prove(leaf)).toThrow(refusal);
      expect(() => set.find(leaf)).toThrow(refusal);
      const proof = set.prove(leafOf(9));
      expect(() => checkSetProof(leaf, proof, set)).toThrow(refusal);
    }
  });

  it('shows nothing as a neighbour, a member or a step of a path', () => {
    const absent = set.prove(leafOf(9)) as SetProof & { kind: 'ABSENT' };
    for (const length of lengths) {
      const odd = new Uint8Array(length);
      for (const side of ['left', 'right'] as const) {
        const place = absent[side];
        if (place === null) continue;
        for (const forged of [
          { ...place, leaf: odd },
          { ...place, hashes: [...place.hashes.slice(1), odd] },
        ]) {
          expect(checkSetProof(leafOf(9), { ...absent, [side]: forged }, set)).toBeUndefined();
        }
      }
      const one = { root: odd, size: 1 };
      const place = { leaf: odd, index: 0, hashes: [] };
      expect(checkSetProof(leafOf(9), { kind: 'MEMBER', place }, one)).toBeUndefined();
      expect(
        checkSetProof(leafOf(9), { kind: 'ABSENT', left: place, right: null }, one),
      ).toBeUndefined();
    }
  });
});

describe('a forged proof', () => {
  const leaves = sorted([1, 2, 3, 4, 5, 6, 7]);
  const set = buildSet(leaves);
  const hidden = leaves[3]!;
  const at = (index: number) => set.place(index);
  const forgeries: [string, SetProof][] = [
    ['neighbours with a gap', { kind: 'ABSENT', left: at(2), right: at(4) }],
    ['no neighbour at all', { kind: 'ABSENT', left: null, right: null }],
    ['the first claimed to lie after it', { kind: 'ABSENT', left: null, right: at(0) }],
    ['the last claimed to lie before it', { kind: 'ABSENT', left: at(6), right: null }],
    ['itself as a neighbour', { kind: 'ABSENT', left: at(3), right: at(4) }],
    ['another item as the member', { kind: 'MEMBER', place: at(2) }],
    ['another position', { kind: 'MEMBER', place: { ...at(3), index: 2 } }],
    ['a path cut short', { kind: 'MEMBER', place: { ...at(3), hashes: at(3).hashes.slice(1) } }],
    ['no path', { kind: 'MEMBER', place: { leaf: hidden, index: 3, hashes: [] } }],
    ['an index that is no number', { kind: 'MEMBER', place: { ...at(3), index: Number.NaN } }],
    ['a short hash', { kind: 'MEMBER', place: { ...at(3), hashes: [new Uint8Array(3)] } }],
  ];
  it.each(forgeries)('%s shows nothing', (_, proof) => {
    expect(checkSetProof(hidden, proof, set)).toBeUndefined();
  });

  it('of a tree out of order is found by whoever holds the whole list', () => {
    const [first, second, ...rest] = leaves;
    const cheating = [second!, first!, ...rest];
    const tree = buildTree(cheating);
    const facts = { root: tree.root, size: cheating.length };
    const place = (index: number): SetPlace => ({
      leaf: cheating[index]!,
      index,
      hashes: tree.path(index),
    });
    // Such a tree can show both, which is why the list is checked, and why both together accuse.
    const absent: SetProof = { kind: 'ABSENT', left: null, right: place(0) };
    expect(checkSetProof(first!, absent, facts)).toBe('ABSENT');
    expect(checkSetProof(first!, { kind: 'MEMBER', place: place(1) }, facts)).toBe('MEMBER');
    expect(() => buildSet(cheating)).toThrow(expect.objectContaining({ code: 'MERKLE_ORDER' }));
  });
});

import { describe, expect, it, vi } from 'vitest';
import { LABEL_STATES } from './change-log.ts';
import { LabelIndex } from './label-index.ts';
import { addBatch, makeBatch, makeKey, makeLabels } from './testing.ts';

const coded = (code: string) => expect.objectContaining({ code });
const at = (height: number, position = 0) => ({ height, position });

describe('looking up', () => {
  it('finds every assertion about an address, in the order of the ledger', () => {
    const index = new LabelIndex();
    addBatch(index, 5, [makeKey(1), makeKey(2), makeKey(1)]);
    addBatch(index, 6, [makeKey(3), makeKey(1)]);
    expect(index.find(makeKey(1))).toEqual([
      { batch: 0, index: 0, offset: 0, length: 699, changes: [] },
      { batch: 0, index: 2, offset: 1400, length: 699, changes: [] },
      { batch: 1, index: 1, offset: 700, length: 699, changes: [] },
    ]);
    expect(index.find(makeKey(4))).toEqual([]);
    expect(index.size).toBe(5);
  });

  it('tells keys apart that differ in one bit, in length, or only in trailing zeros', () => {
    const index = new LabelIndex();
    const keys: Uint8Array[] = [];
    for (let length = 2; length <= 70; length += 1) {
      const zeros = new Uint8Array(length);
      zeros[0] = 3;
      keys.push(
        zeros,
        zeros.with(length - 1, 128),
        zeros.with(0, 4),
        new Uint8Array(length).fill(255),
      );
    }
    const batch = index.announce(makeBatch(keys.length, 1));
    index.add(batch, makeLabels(keys));
    for (const [number, key] of keys.entries()) {
      expect(index.find(key)).toMatchObject([{ batch, index: number }]);
    }
    expect(index.find(Uint8Array.of(3, 1))).toEqual([]);
  });

  it('goes by the whole key where every hash is the same', () => {
    const index = new LabelIndex(() => 77);
    const keys = Array.from({ length: 300 }, (_, number) => makeKey(number, number % 2 ? 21 : 65));
    for (let length = 2; length <= 70; length += 1) {
      keys.push(new Uint8Array(length), new Uint8Array(length).with(length - 1, 1));
    }
    addBatch(index, 1, keys);
    for (const [number, key] of keys.entries()) {
      expect(index.find(key)).toMatchObject([{ index: number }]);
    }
    expect(index.find(makeKey(300))).toEqual([]);
  });

  it('does not call a key unknown that it cannot hold', () => {
    const index = new LabelIndex();
    for (const length of [0, 1, 71]) {
      expect(() => index.find(new Uint8Array(length))).toThrow(coded('LABEL_RANGE'));
    }
  });

  it('lets one address have very many labels', () => {
    const index = new LabelIndex();
    const count = 50_000;
    addBatch(index, 1, new Array(count).fill(makeKey(1)));
    const hits = index.find(makeKey(1));
    expect(hits.map((hit) => hit.index)).toEqual(Array.from({ length: count }, (_, n) => n));
  });

  it('reads the newest of very many labels, and counts those before them', () => {
    const index = new LabelIndex();
    const count = 50_000;
    const key = makeKey(1);
    // The batch in the middle comes last, as one that took long to fetch.
    const [first, late] = [1, 2].map((height) => index.announce(makeBatch(count, height)));
    const last = addBatch(index, 3, new Array(50).fill(key));
    for (const batch of [first!, late!]) index.add(batch, makeLabels(new Array(count).fill(key)));
    const read = vi.spyOn(index.tables.rows, 'line');
    const { hits, older } = index.findNewest(key, 3, 100);
    expect(older).toBe(2 * count - 50);
    expect(read).toHaveBeenCalledTimes(100);
    expect(hits.map(({ batch, index: at }) => [batch, at])).toEqual([
      ...Array.from({ length: 50 }, (_, at) => [late, count - 50 + at]),
      ...Array.from({ length: 50 }, (_, at) => [last, at]),
    ]);
    expect(index.findNewest(key, 1, 100).older).toBe(count - 100);
    index.change({ batch: late! }, { state: 'WITHHELD', ...at(4) });
    expect(index.findNewest(key, 4, 100)).toMatchObject({ older: count - 50 });
    expect(index.findNewest(key, 3, 100).older).toBe(older);
  });

  it('takes at most 150 bytes a label beside the key', () => {
    const index = new LabelIndex();
    const keys = Array.from({ length: 100_000 }, (_, number) => makeKey(number));
    addBatch(index, 1, keys);
    expect(index.bytes() / keys.length - 21).toBeLessThan(150);
    expect(index.bytes()).toBeGreaterThan(64 * keys.length);
  });
});

describe('what comes later', () => {
  it('tells what happened to a label and to its batch, as of each height', () => {
    const index = new LabelIndex();
    const batch = addBatch(index, 5, [makeKey(1), makeKey(2)]);
    index.change({ batch, index: 0 }, { state: 'DISPUTED', ...at(6) });
    index.change({ batch }, { state: 'CORROBORATED', ...at(6, 3) });
    index.change({ batch, index: 0 }, { state: 'WITHDRAWN', ...at(8) });
    const disputed = { state: 'DISPUTED', ...at(6) };
    const corroborated = { state: 'CORROBORATED', ...at(6, 3) };
    const changesAt = (key: number, height: number) =>
      index.findAsOf(makeKey(key), height).map(({ changes }) => changes);
    expect(changesAt(1, 4)).toEqual([]);
    expect(changesAt(1, 5)).toEqual([[]]);
    expect(changesAt(1, 7)).toEqual([[disputed, corroborated]]);
    expect(changesAt(1, 8)).toEqual([[disputed, corroborated, { state: 'WITHDRAWN', ...at(8) }]]);
    expect(index.find(makeKey(2))).toMatchObject([{ changes: [corroborated] }]);
  });

  it('knows every state', () => {
    const index = new LabelIndex();
    const batch = addBatch(index, 1, [makeKey(1)]);
    for (const state of LABEL_STATES) index.change({ batch, index: 0 }, { state, ...at(2) });
    const [hit] = index.find(makeKey(1));
    expect(hit!.changes.map(({ state }) => state)).toEqual(LABEL_STATES);
  });

  it('takes labels in after those of later batches, and after changes of them', () => {
    const index = new LabelIndex();
    const late = index.announce(makeBatch(2, 1));
    addBatch(index, 2, [makeKey(1)]);
    index.change({ batch: late, index: 1 }, { state: 'DISPUTED', ...at(3) });
    expect(index.find(makeKey(1))).toMatchObject([{ batch: 1 }]);
    expect(index.findMissing(0)).toBeUndefined();
    expect(index.findMissing(1)).toBe(late);
    index.add(late, makeLabels([makeKey(1)]));
    expect(index.addedOf(late)).toBe(1);
    expect([...index.listMissing()]).toEqual([late]);
    index.add(late, makeLabels([makeKey(1)]));
    expect(index.findMissing(9)).toBeUndefined();
    expect(index.find(makeKey(1))).toMatchObject([
      { batch: 0, index: 0, changes: [] },
      { batch: 0, index: 1, changes: [{ state: 'DISPUTED' }] },
      { batch: 1, index: 0, changes: [] },
    ]);
  });
});

describe('refusals', () => {
  it('refuses what lies before what was taken in', () => {
    const index = new LabelIndex();
    const batch = addBatch(index, 5, [makeKey(1)], 3);
    expect(() => index.announce(makeBatch(1, 5, 2))).toThrow(coded('LABEL_ORDER'));
    expect(() => index.change({ batch }, { state: 'EXPIRED', ...at(4, 9) })).toThrow(
      coded('LABEL_ORDER'),
    );
    expect(index.last).toEqual(at(5, 3));
    index.change({ batch }, { state: 'EXPIRED', ...at(5, 3) });
    expect(index.batches).toBe(1);
  });

  it.each([
    ['a batch without labels', makeBatch(0, 1)],
    ['a batch of more labels than there are numbers', makeBatch(2 ** 32, 1)],
    ['a batch at no height', makeBatch(1, -1)],
    ['a manifest without a digest', { ...makeBatch(1, 1), manifest: new Uint8Array(31) }],
  ])('refuses %s', (_, facts) => {
    const index = new LabelIndex();
    expect(() => index.announce(facts)).toThrow(coded('LABEL_RANGE'));
    expect(index.batches).toBe(0);
  });

  it('adds all labels of a call or none', () => {
    const index = new LabelIndex();
    const batch = index.announce(makeBatch(3, 1));
    const [good] = makeLabels([makeKey(1)]);
    const bad = [
      { ...good!, key: new Uint8Array(71) },
      { ...good!, offset: 2 ** 32 },
      { ...good!, offset: 0.5 },
      { ...good!, length: 0 },
      { ...good!, length: 2 ** 24 },
    ];
    for (const label of bad) {
      expect(() => index.add(batch, [good!, label])).toThrow(coded('LABEL_RANGE'));
    }
    expect(() => index.add(batch, new Array(4).fill(good))).toThrow(coded('LABEL_RANGE'));
    expect(index.find(makeKey(1))).toEqual([]);
    expect(index.size).toBe(0);
  });

  it('refuses batches and labels that were never announced', () => {
    const index = new LabelIndex();
    const batch = addBatch(index, 1, [makeKey(1)]);
    const change = { state: 'DISPUTED', ...at(2) } as const;
    expect(() => index.add(1, [])).toThrow(coded('LABEL_RANGE'));
    expect(() => index.addedOf(-1)).toThrow(coded('LABEL_RANGE'));
    expect(() => index.batchOf(0.5)).toThrow(coded('LABEL_RANGE'));
    expect(() => index.change({ batch: 1 }, change)).toThrow(coded('LABEL_RANGE'));
    expect(() => index.change({ batch, index: 1 }, change)).toThrow(coded('LABEL_RANGE'));
    expect(index.batchOf(batch)).toEqual(makeBatch(1, 1));
  });
});

import { expect, it } from 'vitest';
import { LabelIndex } from './label-index.ts';
import { Library } from './library.ts';
import { addBatch, makeBatch, makeKey, makeLabels } from './testing.ts';

function createLibrary() {
  const index = new LabelIndex();
  const clock = { now: 1_000_000 };
  const library = new Library({ index, maxAgeMs: 5000, now: () => clock.now });
  return { index, clock, library };
}

it('says nothing before it was level with a ledger', () => {
  const { index, library } = createLibrary();
  addBatch(index, 0, [makeKey(1)]);
  const stale = { verdict: 'STALE', reason: 'NOT_READY', height: null };
  expect(library.answer(makeKey(1))).toEqual({ ...stale, ageMs: null });
  expect(library.answerAsOf(makeKey(2), 0)).toEqual(stale);
});

it('answers with its height and age', () => {
  const { index, clock, library } = createLibrary();
  addBatch(index, 3, [makeKey(1)]);
  library.advance(4);
  clock.now += 1234;
  expect(library.answer(makeKey(1))).toMatchObject({
    ...{ verdict: 'LABELLED', height: 4, ageMs: 1234, labels: [{ batch: 0, index: 0 }] },
  });
  expect(library.answer(makeKey(2))).toEqual({ verdict: 'NO_LABEL', height: 4, ageMs: 1234 });
});

it('says nothing once it is too old, until it is level again', () => {
  const { index, clock, library } = createLibrary();
  addBatch(index, 3, [makeKey(1)]);
  library.advance(4);
  clock.now += 5000;
  expect(library.answer(makeKey(2)).verdict).toBe('NO_LABEL');
  clock.now += 1;
  const stale = { verdict: 'STALE', reason: 'OLD', height: 4, ageMs: 5001 };
  for (const key of [makeKey(1), makeKey(2)]) expect(library.answer(key)).toEqual(stale);
  library.advance(4);
  expect(library.answer(makeKey(1)).verdict).toBe('LABELLED');
});

it('is not made young by a clock that is set back', () => {
  const { clock, library } = createLibrary();
  library.advance(4);
  clock.now -= 5001;
  expect(library.answer(makeKey(1))).toMatchObject({ verdict: 'STALE', reason: 'OLD' });
});

it('says nothing while a batch is missing, in full or in part, up to its height', () => {
  const { index, library } = createLibrary();
  addBatch(index, 1, [makeKey(1)]);
  const late = index.announce(makeBatch(2, 3));
  addBatch(index, 5, [makeKey(3)]);
  library.advance(6);
  const incomplete = { verdict: 'STALE', reason: 'INCOMPLETE', height: 6, ageMs: 0 };
  expect(library.answer(makeKey(1))).toEqual(incomplete);
  index.add(late, makeLabels([makeKey(2)]));
  expect(library.answer(makeKey(9))).toEqual(incomplete);
  expect(library.answerAsOf(makeKey(9), 2).verdict).toBe('NO_LABEL');
  expect(library.answerAsOf(makeKey(9), 3).verdict).toBe('STALE');
  index.add(late, makeLabels([makeKey(2)]));
  expect(library.answer(makeKey(9)).verdict).toBe('NO_LABEL');
  expect(library.answer(makeKey(2))).toMatchObject({ labels: [{ index: 0 }, { index: 1 }] });
});

it('gives the same answer as of a height, whatever comes later', () => {
  const { index, library } = createLibrary();
  const batch = addBatch(index, 1, [makeKey(1)]);
  library.advance(2);
  const keys = [makeKey(1), makeKey(2)];
  const before = JSON.stringify(keys.map((key) => library.answerAsOf(key, 2)));
  const live = keys.map((key) => library.answer(key));
  expect(live.map(({ ageMs, ...answer }) => ({ ...answer, none: ageMs === null }))).toMatchObject(
    JSON.parse(before),
  );
  expect(library.answerAsOf(makeKey(1), 3)).toEqual({
    ...{ verdict: 'STALE', reason: 'NOT_REACHED', height: 3 },
  });
  index.change({ batch }, { state: 'WITHDRAWN', height: 3, position: 0 });
  addBatch(index, 3, keys, 1);
  // What a block in progress brings is not told before the block is through.
  expect(library.answer(makeKey(2)).verdict).toBe('NO_LABEL');
  library.advance(3);
  expect(library.answer(makeKey(2)).verdict).toBe('LABELLED');
  expect(JSON.stringify(keys.map((key) => library.answerAsOf(key, 2)))).toBe(before);
});

it('tells the newest, as many as are asked for, and how many there were before', () => {
  const { index, library } = createLibrary();
  addBatch(
    index,
    1,
    [1, 1, 2, 1].map((number) => makeKey(number)),
  );
  library.advance(1);
  const ask = (number: number, most?: number) => library.answerAsOf(makeKey(number), 1, most);
  expect(ask(1)).toMatchObject({ labels: [{ index: 0 }, { index: 1 }, { index: 3 }], older: 0 });
  expect(ask(1, 2)).toMatchObject({ labels: [{ index: 1 }, { index: 3 }], older: 1 });
  expect(ask(2, 2)).toMatchObject({ labels: [{ index: 2 }], older: 0 });
  expect(ask(3, 2)).toEqual({ verdict: 'NO_LABEL', height: 1 });
});

it('does not go back', () => {
  const { library } = createLibrary();
  library.advance(4);
  expect(() => library.advance(3)).toThrow(expect.objectContaining({ code: 'LABEL_ORDER' }));
  expect(library.level?.height).toBe(4);
});

it('goes on without a batch that was kept back, and says nothing of the heights between', () => {
  const { index, library } = createLibrary();
  addBatch(index, 1, [makeKey(1)]);
  const held = addBatch(index, 2, [makeKey(2)]);
  const missing = index.announce(makeBatch(2, 3));
  index.change({ batch: held }, { state: 'WITHHELD', height: 5, position: 0 });
  library.advance(6);
  expect(library.answer(makeKey(1))).toMatchObject({ verdict: 'STALE', reason: 'INCOMPLETE' });
  index.change({ batch: missing }, { state: 'WITHHELD', height: 7, position: 0 });
  library.advance(7);
  expect(library.answer(makeKey(1)).verdict).toBe('LABELLED');
  expect(library.answer(makeKey(2)).verdict).toBe('NO_LABEL');
  const asOf = (height: number) => library.answerAsOf(makeKey(2), height).verdict;
  expect([1, 2, 3, 6, 7].map(asOf)).toEqual(['NO_LABEL', 'LABELLED', 'STALE', 'STALE', 'NO_LABEL']);
  // The manifest is found after all: what was said while it counted is known again, and stays past.
  index.add(missing, makeLabels([makeKey(2), makeKey(3)]));
  expect([2, 3, 5, 6, 7].map(asOf)).toEqual([
    ...['LABELLED', 'LABELLED', 'LABELLED', 'LABELLED', 'NO_LABEL'],
  ]);
  expect(library.answerAsOf(makeKey(3), 7).verdict).toBe('NO_LABEL');
});

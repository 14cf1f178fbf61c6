import { hash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import { writeAtOnce } from '../sqlite/write-at-once.ts';
import { type Entry, ItemRuns, RUNS_SCHEMA } from './item-runs.ts';
import { digestPrefix } from './line-positions.ts';

/** Each seventh under one prefix: copies of one file. */
const SAME = digestPrefix('ab'.repeat(32));
const makeEntry = (id: number): Entry => ({
  id,
  prefix: id % 7 === 0 ? SAME : digestPrefix(hash('sha256', `${id}`)),
});
const makeEntries = (first: number, size: number) =>
  Array.from({ length: size }, (_, at) => makeEntry(first + at)).sort(
    (one, other) => one.prefix - other.prefix || one.id - other.id,
  );

let database: DatabaseSync;
let runs: ItemRuns;
let all: Entry[];
beforeEach(() => {
  database = new DatabaseSync(':memory:');
  database.exec(RUNS_SCHEMA);
  runs = open();
  all = [];
});

const open = () => new ItemRuns(database, (change) => writeAtOnce(database, change));
const finish = (steps: Iterable<void>) => [...steps].length;
function add(size: number) {
  const entries = makeEntries(all.length, size);
  finish(runs.add(size, entries, () => undefined));
  all.push(...Array.from({ length: size }, (_, at) => makeEntry(all.length + at)));
}
const count = (from: string) =>
  database.prepare(`SELECT count(*) AS count FROM ${from}`).get()!.count as number;

/** Every prefix there is, and one that is not there, from some ID on. */
function expectAllFound() {
  expect([...runs.find(SAME, -1)]).toEqual(
    all.filter(({ prefix }) => prefix === SAME).map(({ id }) => id),
  );
  const after = Math.floor(all.length / 2);
  expect([...runs.find(SAME, after)]).toEqual(
    all.filter(({ prefix, id }) => prefix === SAME && id > after).map(({ id }) => id),
  );
  for (const { prefix, id } of all.filter((entry) => entry.prefix !== SAME)) {
    const found = [...runs.find(prefix, -1)];
    if (found.length !== 1 || found[0] !== id) expect([id, found]).toEqual([id, [id]]);
  }
  expect([...runs.find(digestPrefix('0'.repeat(64)), -1)]).toEqual([]);
}

describe('runs', () => {
  it('of all sizes find each entry, and merging changes no answer', () => {
    for (const size of [1, 2, 511, 512, 513, 1600, ...Array(40).fill(3), ...Array(9).fill(70)]) {
      add(size);
    }
    expectAllFound();
    expect(finish(runs.merge())).toBeGreaterThan(0);
    expectAllFound();
    expect(finish(runs.merge())).toBe(0);
  });

  it('stay few: at most seven of a class', () => {
    for (let turn = 0; turn < 300; turn += 1) {
      add(1 + (turn % 5));
      finish(runs.merge());
    }
    expect(count('run')).toBeLessThanOrEqual(4 * 7);
    expectAllFound();
  });

  it('that were not finished are not asked, and are removed by the next', () => {
    add(100);
    const steps = runs.add(20_000, makeEntries(1000, 20_000), () => undefined);
    steps.next();
    expect(count('run WHERE live = 0')).toBe(1);
    expectAllFound();
    runs = open();
    add(1);
    expect(count('run')).toBe(2);
    expect(count('page WHERE run NOT IN (SELECT id FROM run)')).toBe(0);
    expectAllFound();
  });

  it('that are being written are left alone by others', () => {
    const entries = makeEntries(0, 20_000);
    const steps = runs.add(20_000, entries, () => undefined);
    steps.next();
    finish(runs.add(10, makeEntries(20_000, 10), () => undefined));
    finish(steps);
    all = Array.from({ length: 20_010 }, (_, id) => makeEntry(id));
    expectAllFound();
  });

  it('are all there when a merge was left off', () => {
    for (let turn = 0; turn < 8; turn += 1) add(2000);
    const steps = runs.merge();
    steps.next();
    steps.return();
    expectAllFound();
    runs = open();
    finish(runs.merge());
    expect(count('run')).toBe(1);
    expectAllFound();
  });

  it('are found while they are merged and others come', () => {
    for (let turn = 0; turn < 8; turn += 1) add(2000);
    const steps = runs.merge();
    while (!steps.next().done) {
      add(5);
      expect([...runs.find(SAME, -1)]).toEqual(
        all.filter(({ prefix }) => prefix === SAME).map(({ id }) => id),
      );
    }
    expectAllFound();
  });
});

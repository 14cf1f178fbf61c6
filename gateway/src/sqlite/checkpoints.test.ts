import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findVitalFailure } from '../node/failure-watch.ts';
import { Checkpoints, DERIVED } from './checkpoints.ts';
import { writeAtOnce } from './write-at-once.ts';

const MEGABYTE = 1_048_576;
/** Bytes that one commit of these tests writes, about. */
const COMMIT = MEGABYTE / 2;

let directory: string;
let file: string;
let database: DatabaseSync;
let checkpoints: Checkpoints;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tabellion-checkpoints-'));
  file = join(directory, 'derived.sqlite');
  database = new DatabaseSync(file);
  database.exec(`${DERIVED} CREATE TABLE piece (bytes BLOB)`);
  checkpoints = new Checkpoints(database);
});
afterEach(() => {
  if (database.isOpen) database.close();
  rmSync(directory, { recursive: true });
});

const insert = () =>
  writeAtOnce(database, () => database.exec(`INSERT INTO piece VALUES (randomblob(${COMMIT}))`));
const commit = () => {
  insert();
  checkpoints.afterCommit();
};
const repeat = (times: number, work: () => void) => {
  for (let turn = 0; turn < times; turn += 1) work();
};
const logSize = () => statSync(`${file}-wal`, { throwIfNoEntry: false })?.size;
const openReader = () => {
  const reader = new DatabaseSync(file, { readOnly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM piece').get();
  return reader;
};
const errorOf = (work: () => void): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('the log', () => {
  it('is brought in by nothing else', () => {
    repeat(12, insert);
    expect(logSize()).toBeGreaterThan(6 * MEGABYTE);
    expect(statSync(file).size).toBeLessThan(MEGABYTE);
  });

  it('is cut before it is large, and the file has it all', () => {
    repeat(60, () => {
      commit();
      expect(logSize()).toBeLessThan(4 * MEGABYTE);
    });
    expect(statSync(file).size).toBeGreaterThan(26 * MEGABYTE);
    checkpoints.close();
    expect(logSize()).toBeUndefined();
    database = new DatabaseSync(file);
    expect(database.prepare('SELECT count(*) AS pieces FROM piece').get()).toEqual({ pieces: 60 });
  });

  it('is kept while another connection reads from it, and cut once that has ended', () => {
    commit();
    const reader = openReader();
    repeat(20, commit);
    expect(logSize()).toBeGreaterThan(10 * MEGABYTE);
    reader.close();
    repeat(10, commit);
    expect(logSize()).toBeLessThan(4 * MEGABYTE);
  });

  it('is kept while a statement reads from it', () => {
    repeat(2, commit);
    const rows = database.prepare('SELECT bytes FROM piece').iterate();
    rows.next();
    repeat(10, commit);
    expect(logSize()).toBeGreaterThan(5 * MEGABYTE);
    rows.return?.();
    repeat(10, commit);
    expect(logSize()).toBeLessThan(4 * MEGABYTE);
  });
});

describe('a log that cannot be brought in', () => {
  // What was written is not there to be read any more: SQLite's own checkpoint would say nothing.
  const lose = (size: number) => truncateSync(`${file}-wal`, size);

  it('ends the node by whoever commits', () => {
    repeat(12, insert);
    lose(5 * MEGABYTE);
    const error = errorOf(() => checkpoints.afterCommit());
    expect(findVitalFailure(error)).toMatchObject({ kind: 'DISK_FAILED' });
  });

  it('ends it by whoever closes, and is still there for the next start', () => {
    insert();
    lose(COMMIT / 2);
    const error = errorOf(() => checkpoints.close());
    expect(findVitalFailure(error)).toMatchObject({ kind: 'DISK_FAILED' });
    expect(database.isOpen).toBe(true);
    expect(logSize()).toBe(COMMIT / 2);
  });
});

it('keeps nothing of a database in memory', () => {
  using memory = new DatabaseSync(':memory:');
  memory.exec(`${DERIVED} CREATE TABLE piece (bytes BLOB)`);
  const none = new Checkpoints(memory);
  none.afterCommit();
  none.close();
  expect(memory.isOpen).toBe(false);
});

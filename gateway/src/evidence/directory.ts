/** The names in one directory, sorted, whatever their bytes and however many. */
import { opendirSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { type BytePath, pathBytes } from './byte-path.ts';

/** Names held in memory; a directory with more is sorted in a temporary file. */
const HELD = 65_536;

/**
 * Names in byte order, so that a walk repeats itself. Sorting needs a whole directory at once: up to
 * 65,536 names (some 5 MB) in memory, beyond that in SQLite's own temporary file (an unnamed database
 * is private, spills from its cache to disk and is deleted on close), so that a single directory of
 * any size needs constant memory.
 * @throws NodeJS.ErrnoException as opendir and readdir do.
 */
export function* listNames(directory: BytePath, held = HELD): Generator<BytePath, void, undefined> {
  const names: BytePath[] = [];
  const entries = readNames(directory);
  for (const name of entries) {
    names.push(name);
    if (names.length > held) {
      yield* sortOnDisk(names, entries);
      return;
    }
  }
  yield* names.sort();
}

function* readNames(directory: BytePath): Generator<BytePath, void, undefined> {
  // opendir takes a Buffer like every other call; its type does not say that latin1 keeps all bytes.
  const handle = opendirSync(pathBytes(directory), { encoding: 'latin1', bufferSize: 1024 });
  try {
    for (let entry = handle.readSync(); entry !== null; entry = handle.readSync()) {
      yield entry.name;
    }
  } finally {
    handle.closeSync();
  }
}

function* sortOnDisk(
  first: BytePath[],
  rest: Iterable<BytePath>,
): Generator<BytePath, void, undefined> {
  const database = new DatabaseSync('');
  try {
    database.exec('CREATE TABLE entry (name BLOB PRIMARY KEY) WITHOUT ROWID; BEGIN');
    const insert = database.prepare('INSERT OR IGNORE INTO entry VALUES (?)');
    for (const name of first.splice(0)) insert.run(pathBytes(name));
    for (const name of rest) insert.run(pathBytes(name));
    for (const { name } of database.prepare('SELECT name FROM entry ORDER BY name').iterate()) {
      yield Buffer.from(name as Uint8Array).toString('latin1');
    }
  } finally {
    database.close();
  }
}

/** The same labels where they would lie without an index of one's own: in SQLite, under their key. */
import Database from 'better-sqlite3';
import type { BenchBatch } from './labels.ts';
import { isDisputed, labelsOfBatch, type Truth } from './labels.ts';

export interface SqlitePeer {
  /** How many labels an address has. */
  readonly find: (key: Uint8Array) => number;
  close(): void;
}

const TABLE = `CREATE TABLE label (
  key BLOB NOT NULL, batch INTEGER NOT NULL, line INTEGER NOT NULL,
  offset INTEGER NOT NULL, length INTEGER NOT NULL, disputed INTEGER NOT NULL,
  PRIMARY KEY (key, batch, line)) WITHOUT ROWID`;

/** More than the whole database has, KiB. */
const CACHE = 1_000_000;

/** Writes the file. */
export function fillSqlite(path: string, truth: Truth, batches: readonly BenchBatch[]): void {
  const database = openDatabase(path);
  database.pragma('journal_mode = WAL');
  database.exec(TABLE);
  const insert = database.prepare('INSERT INTO label VALUES (?, ?, ?, ?, ?, ?)');
  database.transaction(() => {
    for (const [number, batch] of batches.entries()) {
      let index = 0;
      for (const { key, offset, length } of labelsOfBatch(truth, batch)) {
        const disputed = isDisputed(batch.first + index) ? 1 : 0;
        insert.run(key, number, index, offset, length, disputed);
        index += 1;
      }
    }
  })();
  database.close();
}

/** Point reads from the file, all of which its cache holds. */
export const openFile = (path: string): SqlitePeer => preparePeer(openDatabase(path));

/** Point reads from a copy of the file in memory. */
export function openInMemory(path: string): SqlitePeer {
  const file = openDatabase(path);
  // A database in memory has no write-ahead log.
  file.pragma('journal_mode = DELETE');
  const copy = new Database(file.serialize());
  file.close();
  return preparePeer(copy);
}

function openDatabase(path: string): Database.Database {
  const database = new Database(path);
  database.pragma(`cache_size = -${CACHE}`);
  return database;
}

function preparePeer(database: Database.Database): SqlitePeer {
  const select = database.prepare(
    'SELECT batch, line, offset, length, disputed FROM label WHERE key = ?',
  );
  return { find: (key) => select.all(key).length, close: () => database.close() };
}

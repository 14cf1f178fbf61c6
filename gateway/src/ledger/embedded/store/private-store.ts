/**
 * Values of private data. They can be erased, so they stand in no block: the blocks hold their hashes.
 * A block's values come to the disk before the block does, as rows with its number, and count once the
 * block is there; those of a block that never got there are removed when the ledger is opened. What a
 * block replaced or deleted is overwritten with zeros once the block is on the disk.
 */
import { Database, type Row } from './database.ts';
import { isPrivateSpace } from './space.ts';
import type { StateChange, StoredValue } from './stored.ts';

export const PRIVATE_FILE = 'private.sqlite';

const SCHEMA = {
  version: 1,
  sql: `
CREATE TABLE value (
  space TEXT NOT NULL, key BLOB NOT NULL, block INTEGER NOT NULL, position INTEGER NOT NULL,
  value BLOB, PRIMARY KEY (space, key, block)
) STRICT, WITHOUT ROWID`,
};

/** A journal that is cut to nothing at each commit: a write-ahead log would keep erased values. */
const PRAGMAS =
  'PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;';

/** Rows below the height that a later one took the place of, and deletions themselves. */
const ERASE_ALL = `DELETE FROM value WHERE value IS NULL OR EXISTS (
  SELECT 1 FROM value AS later WHERE later.space = value.space AND later.key = value.key
    AND later.block > value.block)`;

export class PrivateStore {
  readonly #database: Database;

  constructor(path: string) {
    this.#database = new Database(path, PRAGMAS, SCHEMA);
  }

  /** The value as of the blocks below `height`. */
  get(space: string, key: Uint8Array, height: number): StoredValue | null {
    const row = this.#database.get(
      `SELECT value, block, position FROM value WHERE space = ? AND key = ? AND block < ?
       ORDER BY block DESC LIMIT 1`,
      space,
      key,
      height,
    );
    return row?.value ? toStoredValue(row) : null;
  }

  *scan(
    space: string,
    start: Uint8Array,
    end: Uint8Array,
    height: number,
    includeEnd = false,
  ): Generator<{ key: Uint8Array } & StoredValue> {
    // With max(), SQLite takes the other columns from the row that has it.
    const select = (bound: string) =>
      `SELECT key, value, max(block) AS block, position FROM value
       WHERE space = ? AND block < ? AND ${bound} GROUP BY key`;
    const range = { start, end, includeEnd };
    for (const row of this.#database.pages(select, [space, height], range)) {
      if (row.value) yield { key: row.key as Uint8Array, ...toStoredValue(row) };
    }
  }

  isEmpty(): boolean {
    return this.#database.get('SELECT 1 FROM value LIMIT 1') === undefined;
  }

  /** Writes the private values of a block that is about to be appended. */
  prepare(changes: readonly StateChange[]): void {
    const own = changes.filter(({ space }) => isPrivateSpace(space));
    if (own.length === 0) return;
    this.#database.write(() => {
      const insert = this.#database.prepare('INSERT INTO value VALUES (?, ?, ?, ?, ?)');
      for (const { space, key, value, version } of own) {
        insert.run(space, key, version.block, version.transaction, value);
      }
    });
  }

  /** Erases what a block, now on the disk, replaced and deleted. */
  erase(changes: readonly StateChange[]): void {
    const own = changes.filter(({ space }) => isPrivateSpace(space));
    if (own.length === 0) return;
    this.#database.write(() => {
      for (const { space, key, value, version } of own) {
        // A deletion goes with what it deleted.
        const below = value === null ? version.block + 1 : version.block;
        const sql = 'DELETE FROM value WHERE space = ? AND key = ? AND block < ?';
        this.#database.run(sql, space, key, below);
      }
    });
  }

  /** Removes what a process that ended left: values of blocks that are not there, and erased ones. */
  tidy(height: number): void {
    this.#database.write(() => {
      this.#database.run('DELETE FROM value WHERE block >= ?', height);
      this.#database.exec(ERASE_ALL);
    });
  }

  /** A copy as of now, in a new file. */
  copyTo(path: string): void {
    this.#database.run('VACUUM INTO ?', path);
  }

  close(): void {
    this.#database.close();
  }
}

function toStoredValue(row: Row): StoredValue {
  return {
    value: row.value as Uint8Array,
    metadata: null,
    version: { block: row.block as number, transaction: row.position as number },
  };
}

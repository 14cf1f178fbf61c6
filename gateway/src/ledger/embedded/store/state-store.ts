/**
 * What follows from the blocks, in one SQLite file: the newest public state, hashes of private data,
 * history, transaction IDs, and where each block stands. Keys are BLOBs, so that SQLite orders them as
 * Fabric does, by bytes. The blocks come to the disk first, so the last changes here may be lost with
 * the power: they are made again from the blocks when the ledger is opened.
 */
import { toHex } from '@tabellion/proof';
import { DERIVED } from '../../../sqlite/checkpoints.ts';
import type { Version } from '../version.ts';
import type { BlockPlace } from './block-file.ts';
import { Database, type Row } from './database.ts';
import { isPrivateSpace } from './space.ts';
import type { BlockChanges, StateReader, StoredValue } from './stored.ts';

export const STATE_FILE = 'state.sqlite';

const SCHEMA = {
  version: 2,
  sql: `
CREATE TABLE block (number INTEGER PRIMARY KEY, place INTEGER NOT NULL, digest BLOB NOT NULL) STRICT;
CREATE TABLE tx (
  id TEXT PRIMARY KEY, block INTEGER NOT NULL, position INTEGER NOT NULL, code INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE state (
  space TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, metadata BLOB,
  block INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (space, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE history (
  space TEXT NOT NULL, key BLOB NOT NULL, block INTEGER NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY (space, key, block, position)
) STRICT, WITHOUT ROWID`,
};

/** The tables with what their rows are ordered by: one order for one content. */
export const STATE_TABLES = {
  block: 'number',
  tx: 'id',
  state: 'space, key',
  history: 'space, key, block, position',
} as const;

const PRAGMAS = {
  keep: DERIVED,
  scratch: 'PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;',
};

export class StateStore implements StateReader {
  readonly #database: Database;
  #height: number;

  /** @param use `scratch`: the file is thrown away after this process. */
  constructor(path: string, use: 'keep' | 'scratch' = 'keep') {
    this.#database = new Database(path, PRAGMAS[use], SCHEMA);
    const sql = 'SELECT coalesce(max(number) + 1, 0) AS height FROM block';
    this.#height = this.#database.get(sql)!.height as number;
  }

  get(space: string, key: Uint8Array): StoredValue | null {
    const row = this.#database.get(
      'SELECT value, metadata, block, position FROM state WHERE space = ? AND key = ?',
      space,
      key,
    );
    return row ? toStoredValue(row) : null;
  }

  *scan(
    space: string,
    start: Uint8Array,
    end: Uint8Array,
    includeEnd = false,
  ): Generator<{ key: Uint8Array } & StoredValue> {
    const select = (bound: string) =>
      `SELECT key, value, metadata, block, position FROM state WHERE space = ? AND ${bound}`;
    for (const row of this.#database.pages(select, [space], { start, end, includeEnd })) {
      yield { key: row.key as Uint8Array, ...toStoredValue(row) };
    }
  }

  /** Versions that wrote a key, newest first. */
  history(space: string, key: Uint8Array): Version[] {
    const sql =
      'SELECT block, position FROM history WHERE space = ? AND key = ? ORDER BY block DESC, position DESC';
    return this.#database.all(sql, space, key).map(toVersion);
  }

  findTransaction(txId: string): { version: Version; code: number } | null {
    const row = this.#database.get('SELECT block, position, code FROM tx WHERE id = ?', txId);
    return row ? { version: toVersion(row), code: row.code as number } : null;
  }

  /** Where a block stands in the block file; null where it was never applied here. */
  place(number: number): BlockPlace | null {
    const row = this.#database.get('SELECT place, digest FROM block WHERE number = ?', number);
    return row ? { offset: row.place as number, digest: row.digest as Uint8Array } : null;
  }

  /** Number of blocks that are applied. */
  get height(): number {
    return this.#height;
  }

  /** SHA-256 of the last block, hex; empty without one. */
  get tip(): string {
    const last = this.place(this.#height - 1);
    return last ? toHex(last.digest) : '';
  }

  /** Applies the block that follows, all of it or nothing. Private values are kept elsewhere. */
  apply(number: number, place: BlockPlace, block: BlockChanges): void {
    const database = this.#database;
    database.write(() => {
      const { offset, digest } = place;
      database.run('INSERT INTO block VALUES (?, ?, ?)', number, offset, digest);
      // The first transaction of an ID keeps it: a replay in a later block changes no status.
      const insertTransaction = database.prepare('INSERT OR IGNORE INTO tx VALUES (?, ?, ?, ?)');
      for (const { txId, position, code } of block.transactions) {
        insertTransaction.run(txId, number, position, code);
      }
      const put = database.prepare('INSERT OR REPLACE INTO state VALUES (?, ?, ?, ?, ?, ?)');
      const remove = database.prepare('DELETE FROM state WHERE space = ? AND key = ?');
      for (const { space, key, value, metadata, version } of block.changes) {
        if (isPrivateSpace(space)) continue;
        if (value === null) remove.run(space, key);
        else put.run(space, key, value, metadata, version.block, version.transaction);
      }
      const remember = database.prepare('INSERT INTO history VALUES (?, ?, ?, ?)');
      for (const { space, key, version } of block.history) {
        remember.run(space, key, version.block, version.transaction);
      }
    });
    this.#height = number + 1;
  }

  /** Rows of any query, for an audit. */
  rows(sql: string): Generator<Row> {
    return this.#database.iterate(sql);
  }

  /** Brings everything into the one file, so that what it holds can be told from its bytes. */
  checkpoint(): void {
    this.#database.checkpoint();
  }

  /** What SQLite finds wrong with the form of the file; null where it is right. */
  findDefect(): string | null {
    const found = this.#database.get('PRAGMA quick_check(1)')!.quick_check as string;
    return found === 'ok' ? null : found;
  }

  close(): void {
    this.#database.close();
  }
}

function toVersion(row: Row): Version {
  return { block: row.block as number, transaction: row.position as number };
}

function toStoredValue(row: Row): StoredValue {
  return {
    value: row.value as Uint8Array,
    metadata: row.metadata as Uint8Array | null,
    version: toVersion(row),
  };
}

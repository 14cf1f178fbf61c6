/**
 * What the ledger keeps, in one SQLite file: blocks, the newest state, hashes and values of private
 * data, history and transaction IDs. Keys are BLOBs, so that SQLite orders them as Fabric does, by
 * bytes. Every block is one transaction with a synchronous write-ahead log: when `append` returns,
 * the block is on the disk.
 */
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { LedgerError } from '../port.ts';
import type { Version } from './version.ts';

const SCHEMA_VERSION = 1;
const SCHEMA = `
CREATE TABLE block (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
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
) STRICT, WITHOUT ROWID;
PRAGMA user_version = ${SCHEMA_VERSION};`;

/** Rows of a scan that are fetched at a time. */
const SCAN_PAGE = 128;

export interface StoredValue {
  readonly value: Uint8Array;
  /** Encoded key metadata; null when there is none. */
  readonly metadata: Uint8Array | null;
  readonly version: Version;
}

/** A change of one key in one space; a null value deletes. */
export interface StateChange {
  readonly space: string;
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
  readonly metadata: Uint8Array | null;
  readonly version: Version;
}

export interface StoredTransaction {
  readonly txId: string;
  readonly position: number;
  /** `peer.TxValidationCode`. */
  readonly code: number;
}

export interface BlockWrite {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly transactions: readonly StoredTransaction[];
  readonly changes: readonly StateChange[];
  readonly history: readonly { space: string; key: Uint8Array; version: Version }[];
}

/** Names of the key spaces: public state, hashes of private data, one member's private data. */
export const publicSpace = (namespace: string): string => namespace;
export const hashedSpace = (namespace: string, collection: string): string =>
  `${namespace}#${collection}`;
export const privateSpace = (namespace: string, collection: string): string =>
  `${namespace}$${collection}`;

/** Whether a space holds private values, which never leave their member. */
export const isPrivateSpace = (space: string): boolean => space.includes('$');

type Row = Record<string, unknown>;

export class Store {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** @throws LedgerError `UNAVAILABLE` when another process, or this one, has it open already. */
  constructor(directory: string) {
    this.#db = new DatabaseSync(join(directory, 'ledger.sqlite'));
    try {
      this.#db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA busy_timeout = 0;');
      this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
      this.#db.exec('BEGIN IMMEDIATE; COMMIT;');
      this.#migrate();
    } catch (cause) {
      this.#db.close();
      if (!/locked|busy/i.test(String(cause))) throw cause;
      throw new LedgerError('UNAVAILABLE', `the ledger in ${directory} is open already`, { cause });
    }
  }

  get(space: string, key: Uint8Array): StoredValue | null {
    const row = this.#prepare(
      'SELECT value, metadata, block, position FROM state WHERE space = ? AND key = ?',
    ).get(space, key);
    return row ? toStoredValue(row) : null;
  }

  /** Keys in [start, end) in byte order; an empty end means to the end of the space. */
  *scan(
    space: string,
    start: Uint8Array,
    end: Uint8Array,
    includeEnd = false,
  ): Generator<{ key: Uint8Array } & StoredValue> {
    const bound = end.length === 0 ? '' : includeEnd ? 'AND key <= ?' : 'AND key < ?';
    const page = (operator: string) =>
      this.#prepare(
        `SELECT key, value, metadata, block, position FROM state
         WHERE space = ? AND key ${operator} ? ${bound} ORDER BY key LIMIT ${SCAN_PAGE}`,
      );
    let operator = '>=';
    let from: Uint8Array = start;
    for (;;) {
      const values: SQLInputValue[] = [space, from];
      if (end.length > 0) values.push(end);
      const rows = page(operator).all(...values);
      for (const row of rows) yield { key: row.key as Uint8Array, ...toStoredValue(row) };
      if (rows.length < SCAN_PAGE) return;
      from = rows.at(-1)!.key as Uint8Array;
      operator = '>';
    }
  }

  /** Versions that wrote a key, newest first. */
  history(space: string, key: Uint8Array): Version[] {
    return this.#prepare(
      'SELECT block, position FROM history WHERE space = ? AND key = ? ORDER BY block DESC, position DESC',
    )
      .all(space, key)
      .map(toVersion);
  }

  findTransaction(txId: string): { version: Version; code: number } | null {
    const row = this.#prepare('SELECT block, position, code FROM tx WHERE id = ?').get(txId);
    return row ? { version: toVersion(row), code: row.code as number } : null;
  }

  block(number: number): Uint8Array | null {
    const row = this.#prepare('SELECT bytes FROM block WHERE number = ?').get(number);
    return row ? (row.bytes as Uint8Array) : null;
  }

  /** Number of blocks. */
  height(): number {
    const row = this.#prepare('SELECT coalesce(max(number) + 1, 0) AS height FROM block').get();
    return row!.height as number;
  }

  /** Writes a block with everything that follows from it, durably or not at all. */
  append(block: BlockWrite): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      this.#prepare('INSERT INTO block VALUES (?, ?)').run(block.number, block.bytes);
      // The first transaction of an ID keeps it: a replay in a later block changes no status.
      const insertTransaction = this.#prepare('INSERT OR IGNORE INTO tx VALUES (?, ?, ?, ?)');
      for (const { txId, position, code } of block.transactions) {
        insertTransaction.run(txId, block.number, position, code);
      }
      const put = this.#prepare('INSERT OR REPLACE INTO state VALUES (?, ?, ?, ?, ?, ?)');
      const remove = this.#prepare('DELETE FROM state WHERE space = ? AND key = ?');
      for (const { space, key, value, metadata, version } of block.changes) {
        if (value === null) remove.run(space, key);
        else put.run(space, key, value, metadata, version.block, version.transaction);
      }
      const remember = this.#prepare('INSERT INTO history VALUES (?, ?, ?, ?)');
      for (const { space, key, version } of block.history) {
        remember.run(space, key, version.block, version.transaction);
      }
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #migrate(): void {
    const version = this.#db.prepare('PRAGMA user_version').get()!.user_version as number;
    if (version === 0) this.#db.exec(`BEGIN; ${SCHEMA} COMMIT;`);
    else if (version !== SCHEMA_VERSION) {
      throw new LedgerError('UNAVAILABLE', `ledger format ${version} is not ${SCHEMA_VERSION}`);
    }
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

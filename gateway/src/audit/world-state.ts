/**
 * The state that valid transactions leave, rebuilt on the way through the blocks. It stands in a
 * temporary database of the system, so that memory stays constant however long the chain is.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Version } from '@tabellion/proof';

export interface StoredValue extends Version {
  readonly value: Uint8Array;
}

/** Name of the state of private data hashes: no public namespace holds a control character. */
export const hashedSpace = (namespace: string, collection: string): string =>
  `${namespace}\u0000${collection}`;

/** Keys compare as UTF-8 bytes, as Fabric's do. An empty end means no end. */
const RANGE = `SELECT * FROM state WHERE space = ?1 AND key >= ?2
  AND (?3 = '' OR key < ?3 OR (?4 AND key = ?3)) ORDER BY key`;

export class WorldState {
  readonly #database: DatabaseSync;
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;
  readonly #addTransaction: StatementSync;

  constructor() {
    // The empty name: a database on disk that nobody else sees and that ends with its connection.
    this.#database = new DatabaseSync('');
    this.#database.exec(`
      PRAGMA journal_mode = OFF;
      PRAGMA synchronous = OFF;
      CREATE TABLE state (space TEXT, key TEXT, block INTEGER, position INTEGER, value BLOB,
        PRIMARY KEY (space, key)) WITHOUT ROWID;
      CREATE TABLE seen (tx_id TEXT PRIMARY KEY) WITHOUT ROWID;`);
    this.#get = this.#database.prepare('SELECT * FROM state WHERE space = ? AND key = ?');
    this.#put = this.#database.prepare('INSERT OR REPLACE INTO state VALUES (?, ?, ?, ?, ?)');
    this.#delete = this.#database.prepare('DELETE FROM state WHERE space = ? AND key = ?');
    this.#addTransaction = this.#database.prepare('INSERT OR IGNORE INTO seen VALUES (?)');
  }

  get(space: string, key: string): StoredValue | undefined {
    const row = this.#get.get(space, key);
    return row === undefined ? undefined : toStored(row);
  }

  put(space: string, key: string, value: Uint8Array, { block, transaction }: Version): void {
    this.#put.run(space, key, block, transaction, value);
  }

  delete(space: string, key: string): void {
    this.#delete.run(space, key);
  }

  /** Keys from `start` up to `end`, in byte order; `end` itself only if told so. */
  *range(
    space: string,
    start: string,
    end: string,
    withEnd = false,
  ): Generator<StoredValue & { key: string }> {
    // A statement of its own: one that is iterated twice at a time loses its place.
    const rows = this.#database.prepare(RANGE).iterate(space, start, end, Number(withEnd));
    for (const row of rows) {
      yield { key: row.key as string, ...toStored(row) };
    }
  }

  /** False if this transaction ID was met before. */
  addTransaction(txId: string): boolean {
    return this.#addTransaction.run(txId).changes === 1;
  }

  close(): void {
    this.#database.close();
  }
}

function toStored(row: Record<string, unknown>): StoredValue {
  const { block, position, value } = row;
  return {
    block: block as number,
    transaction: position as number,
    value: value as Uint8Array,
  };
}

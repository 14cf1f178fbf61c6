/**
 * Items on their way to the ledger, on disk: hashed or handed in, sealed into batches, submitted,
 * confirmed. What is here survives any interruption, so that nothing is hashed twice, anchored twice
 * or lost. One file an acquisition; SQLite with WAL and synchronous=FULL, writes in groups.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Attempt, AttemptLog, BatchContent } from './anchor.ts';
import { type BytePath, pathBytes } from './byte-path.ts';
import { EvidenceError } from './error.ts';
import { ManifestDigest } from './manifest.ts';

export interface PendingItem {
  /** Where it comes from, if it can be met again: a walked name and the stamp it had. */
  readonly source?: { readonly name: BytePath; readonly stamp: string };
  readonly size: number;
  /** When it was collected, milliseconds since 1970: the collector's claim. */
  readonly collectedAt: number;
  /** Exact bytes, salt included: they are what will be anchored, whatever happens in between. */
  readonly commitment: Uint8Array;
}

export interface SealedBatch extends BatchContent {
  /** IDs of its first and last item; an item's index in the manifest is its ID minus `first`. */
  readonly first: number;
  readonly last: number;
}

export interface ConfirmedBatch extends SealedBatch {
  /** Digest of the batch record. */
  readonly batch: string;
  readonly txId: string;
}

/** IDs of the first and the last item that a receipt stands for. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

export interface Totals {
  readonly batches: number;
  readonly items: number;
  readonly bytes: number;
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS item (
  id INTEGER PRIMARY KEY, name BLOB, stamp TEXT, size INTEGER NOT NULL, collected INTEGER NOT NULL,
  commitment BLOB NOT NULL) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS item_source ON item (name, stamp) WHERE name IS NOT NULL;
CREATE TABLE IF NOT EXISTS batch (
  first INTEGER PRIMARY KEY, last INTEGER NOT NULL, root TEXT NOT NULL, manifest TEXT NOT NULL,
  bytes INTEGER NOT NULL, collected INTEGER NOT NULL, batch TEXT, txId TEXT) STRICT;
CREATE TABLE IF NOT EXISTS attempt (
  digest TEXT PRIMARY KEY, txId TEXT NOT NULL, first INTEGER NOT NULL REFERENCES batch) STRICT;
CREATE TABLE IF NOT EXISTS receipt (
  id TEXT PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;
`;

/** A group is written at the latest after this many items, bytes hashed, or milliseconds. */
const GROUP_ITEMS = 512;
const GROUP_BYTES = 256 * 1_048_576;
const GROUP_MS = 250;

export class PendingItems {
  readonly acquisition: string;
  readonly #batchItems: number;
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #findStamp: StatementSync;
  readonly #readCommitment: StatementSync;
  /** The batch that is filling. */
  #open = newBatch(1);
  #next = 1;
  #group = { items: 0, bytes: 0, since: 0 };

  /**
   * Batches are sealed by themselves when they have `batchItems` items.
   * @throws EvidenceError `STATE_IN_USE` if another process has the file open.
   */
  constructor(file: string, acquisition: string, batchItems: number) {
    this.acquisition = acquisition;
    this.#batchItems = batchItems;
    this.#database = openExclusively(file);
    this.#insert = this.#database.prepare(
      `INSERT INTO item VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (name, stamp) WHERE name IS NOT NULL DO NOTHING`,
    );
    this.#findStamp = this.#database.prepare('SELECT stamp FROM item WHERE name = ?');
    this.#readCommitment = this.#database.prepare('SELECT commitment FROM item WHERE id = ?');
    this.#reload();
  }

  /** What is filling, as it is on disk. */
  #reload(): void {
    const { last } = this.#get('SELECT coalesce(max(last), 0) AS last FROM batch') as Row;
    this.#next = (last as number) + 1;
    this.#open = newBatch(this.#next);
    for (const row of this.#items(this.#next, Number.MAX_SAFE_INTEGER)) this.#count(row);
  }

  /** A write that fails, on a full disk for instance, leaves here what is on disk, and no more. */
  #write<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      this.#group = { items: 0, bytes: 0, since: 0 };
      this.#reload();
      throw error;
    }
  }

  /** Whether this version of a source is here, another version of it, or neither. */
  findSource(name: BytePath, stamp: string): 'present' | 'changed' | undefined {
    const rows = this.#findStamp.all(pathBytes(name));
    if (rows.length === 0) return undefined;
    return rows.some((row) => row.stamp === stamp) ? 'present' : 'changed';
  }

  /**
   * Adds an item; durable with the next `flush`, which comes by itself before long. True if this
   * sealed a batch.
   */
  add(item: PendingItem): boolean {
    if (this.#group.items === 0) {
      this.#database.exec('BEGIN');
      this.#group.since = performance.now();
    }
    const sealed = this.#write(() => this.#insertItem(item));
    this.#group.items += 1;
    this.#group.bytes += item.size;
    if (
      this.#group.items >= GROUP_ITEMS ||
      this.#group.bytes >= GROUP_BYTES ||
      performance.now() - this.#group.since >= GROUP_MS
    ) {
      this.flush();
    }
    return sealed;
  }

  /** What was added is on disk when this returns. */
  flush(): void {
    if (this.#group.items === 0) return;
    this.#write(() => this.#database.exec('COMMIT'));
    this.#group = { items: 0, bytes: 0, since: 0 };
  }

  /**
   * Adds items that a receipt stands for: all or none; durable when this returns. Those that it stands
   * for already are not added again.
   * @throws EvidenceError `IDEMPOTENCY_KEY_REUSED` if it stands for others.
   */
  accept(receipt: string, items: readonly PendingItem[]): void {
    this.flush();
    const known = this.findReceipt(receipt);
    if (known !== undefined) {
      this.#assertSame(known, items);
      return;
    }
    this.#write(() => {
      const first = this.#next;
      this.#database.exec('BEGIN');
      for (const item of items) this.#insertItem(item);
      this.#database
        .prepare('INSERT INTO receipt VALUES (?, ?, ?)')
        .run(receipt, first, this.#next - 1);
      this.#database.exec('COMMIT');
    });
  }

  findReceipt(id: string): Range | undefined {
    const row = this.#get('SELECT first, last FROM receipt WHERE id = ?', id);
    return row as Range | undefined;
  }

  /** Closes the filling batch if there is anything in it. Durable when this returns. */
  seal(): void {
    if (this.#next > this.#open.first) this.#outsideGroup(() => this.#sealOpen());
  }

  /** The earliest batch that is not known to be on the ledger; its items are on disk. */
  firstUnconfirmed(): SealedBatch | undefined {
    this.flush();
    const row = this.#get('SELECT * FROM batch WHERE batch IS NULL ORDER BY first LIMIT 1');
    return row === undefined ? undefined : this.#toBatch(row);
  }

  /** Where attempts to submit a batch are written before they are submitted. */
  attemptsOf({ first }: SealedBatch): AttemptLog {
    return {
      list: () =>
        this.#database
          .prepare('SELECT digest, txId FROM attempt WHERE first = ?')
          .all(first) as unknown as Attempt[],
      record: ({ digest, txId }) => {
        this.#outsideGroup(() =>
          this.#database
            .prepare('INSERT OR IGNORE INTO attempt VALUES (?, ?, ?)')
            .run(digest, txId, first),
        );
      },
    };
  }

  confirm({ first }: SealedBatch, { digest, txId }: Attempt): void {
    this.#outsideGroup(() =>
      this.#database
        .prepare('UPDATE batch SET batch = ?, txId = ? WHERE first = ?')
        .run(digest, txId, first),
    );
  }

  /** The commitments of a batch, in the manifest's order. */
  *lines({ first, last }: SealedBatch): Generator<Uint8Array, void, undefined> {
    for (const { commitment } of this.#items(first, last)) yield commitment as Uint8Array;
  }

  commitment(id: number): Uint8Array {
    return this.#readCommitment.get(id)!.commitment as Uint8Array;
  }

  /** Confirmed batches that hold items from `first` to `last`. */
  confirmedBetween(first: number, last: number): ConfirmedBatch[] {
    return this.#database
      .prepare(
        'SELECT * FROM batch WHERE batch IS NOT NULL AND last >= ? AND first <= ? ORDER BY first',
      )
      .all(first, last)
      .map((row) => ({
        ...this.#toBatch(row),
        batch: row.batch as string,
        txId: row.txId as string,
      }));
  }

  /** What is on the ledger of all this. */
  totals(): Totals {
    return this.#get(
      `SELECT count(*) AS batches, coalesce(sum(last - first + 1), 0) AS items,
       coalesce(sum(bytes), 0) AS bytes FROM batch WHERE batch IS NOT NULL`,
    ) as unknown as Totals;
  }

  /** A copy of the file, which must not exist, as it is on disk now. */
  copyTo(file: string): void {
    this.flush();
    copyInto(this.#database, file);
  }

  close(): void {
    this.flush();
    this.#database.close();
  }

  #assertSame({ first, last }: Range, items: readonly PendingItem[]): void {
    const isSame =
      items.length === last - first + 1 &&
      items.every(({ commitment }, at) => isSameItem(commitment, this.commitment(first + at)));
    if (isSame) return;
    throw new EvidenceError('IDEMPOTENCY_KEY_REUSED', 'other items were handed in before');
  }

  /** True if this sealed a batch. */
  #insertItem({ source, size, collectedAt, commitment }: PendingItem): boolean {
    const name = source === undefined ? null : pathBytes(source.name);
    const stamp = source?.stamp ?? null;
    const { changes } = this.#insert.run(this.#next, name, stamp, size, collectedAt, commitment);
    // Two given paths can lead to one file under one name.
    return changes > 0 && this.#count({ size, collected: collectedAt, commitment });
  }

  #count(row: Row): boolean {
    this.#open.digest.add(row.commitment as Uint8Array, row.size as number);
    this.#open.collectedAt = Math.min(this.#open.collectedAt, row.collected as number);
    this.#next += 1;
    const full = this.#next - this.#open.first >= this.#batchItems;
    if (full) this.#sealOpen();
    return full;
  }

  #sealOpen(): void {
    const { first, digest, collectedAt } = this.#open;
    const { root, digest: manifest, bytes } = digest.finish();
    this.#database
      .prepare('INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?, NULL, NULL)')
      .run(first, this.#next - 1, root, manifest, bytes, collectedAt);
    this.#open = newBatch(this.#next);
  }

  /** A write of its own that must not wait for the group's end. */
  #outsideGroup(write: () => void): void {
    this.flush();
    this.#write(write);
  }

  #toBatch(row: Row): SealedBatch {
    const { first, last, root, manifest, bytes, collected } = row as Record<string, number> & {
      root: string;
      manifest: string;
    };
    return {
      acquisition: this.acquisition,
      first: first!,
      last: last!,
      root,
      manifest,
      size: last! - first! + 1,
      bytes: bytes!,
      collectedAt: collected!,
    };
  }

  #items(first: number, last: number): NodeJS.Iterator<Row> {
    return this.#database
      .prepare('SELECT size, collected, commitment FROM item WHERE id BETWEEN ? AND ? ORDER BY id')
      .iterate(first, last) as NodeJS.Iterator<Row>;
  }

  #get(sql: string, ...values: (string | number)[]): Row | undefined {
    return this.#database.prepare(sql).get(...values);
  }
}

/** Whether a file that no process has open holds items that are not known to be on the ledger. */
export function hasUnanchored(file: string): boolean {
  const database = openExclusively(file);
  try {
    const row = database
      .prepare(
        `SELECT EXISTS (SELECT 1 FROM batch WHERE batch IS NULL)
           OR EXISTS (SELECT 1 FROM item WHERE id > (SELECT coalesce(max(last), 0) FROM batch))
         AS unanchored`,
      )
      .get();
    return row?.unanchored === 1;
  } finally {
    database.close();
  }
}

/** Copies a file that no process has open to one that must not exist. */
export function copyItems(file: string, copy: string): void {
  const database = openExclusively(file);
  try {
    copyInto(database, copy);
  } finally {
    database.close();
  }
}

function copyInto(database: DatabaseSync, file: string): void {
  database.prepare('VACUUM INTO ?').run(file);
}

type Row = Record<string, unknown>;

/** In a text of the item these quotes would be escaped. */
const SALT = /"salt":"[A-Za-z0-9_-]{22}",/;

function isSameItem(one: Uint8Array, other: Uint8Array): boolean {
  const [facts, others] = [one, other].map((bytes) =>
    Buffer.from(bytes).toString('latin1').replace(SALT, ''),
  );
  return facts === others;
}

function newBatch(first: number) {
  return { first, digest: new ManifestDigest(), collectedAt: Number.MAX_SAFE_INTEGER };
}

function openExclusively(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  try {
    database.exec(
      `PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; ${SCHEMA}`,
    );
    return database;
  } catch (error) {
    database.close();
    if (/locked|busy/i.test((error as Error).message)) {
      throw new EvidenceError('STATE_IN_USE', 'another process works on this acquisition');
    }
    throw error;
  }
}

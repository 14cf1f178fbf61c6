/**
 * Where a member's items stand in its manifests. Derived: everything here can be computed again from
 * the manifest files, so it is not fsynced row by row.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { Checkpoints, DERIVED } from '../sqlite/checkpoints.ts';
import { writeAtOnce } from '../sqlite/write-at-once.ts';
import { decodeOffset, type LinePositions } from './line-positions.ts';
import type { ManifestFacts } from './manifest.ts';

export interface StoredManifest extends ManifestFacts {
  readonly acquisition: string;
}

export interface ItemPosition {
  /** Grows with every item stored; opaque outside. */
  readonly id: number;
  readonly manifest: string;
  readonly acquisition: string;
  readonly index: number;
  readonly offset: number;
}

export interface ItemFilter {
  readonly acquisition?: string;
  /** See `digestPrefix`; the caller compares the rest of the digest. */
  readonly prefix?: number;
}

/** Raise with every change of the tables: they are made again from the files then. */
const VERSION = 2;
const SCHEMA = `
DROP TABLE IF EXISTS item;
DROP TABLE IF EXISTS line;
DROP TABLE IF EXISTS manifest;
CREATE TABLE manifest (
  id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, acquisition TEXT NOT NULL, root TEXT NOT NULL,
  size INTEGER NOT NULL, bytes INTEGER NOT NULL, complete INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX manifest_acquisition ON manifest (acquisition, id);
CREATE TABLE line (id INTEGER PRIMARY KEY, offsets BLOB NOT NULL) STRICT;
CREATE TABLE item (
  prefix INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (prefix, id)) STRICT, WITHOUT ROWID;
PRAGMA user_version = ${VERSION};
`;

/** Rows that one statement inserts: the step from JavaScript costs as much as the row itself. */
const GROUP = 64;
/** Rows of one transaction. */
const STEP = 4096;

/** Positions of one manifest; an item's ID is its manifest's ID times this plus its index. */
const STRIDE = 65_536;
/** Lines whose offsets stand in one row; its ID is that of its first item by this. */
const LINES = 1024;

const INSERT = 'INSERT OR IGNORE INTO item VALUES';

export class ItemIndex {
  readonly #database: DatabaseSync;
  readonly #checkpoints: Checkpoints;
  readonly #insertItem: StatementSync;
  readonly #insertGroup: StatementSync;
  readonly #findManifest: StatementSync;

  constructor(file: string) {
    this.#database = new DatabaseSync(file);
    this.#database.exec(DERIVED);
    this.#checkpoints = new Checkpoints(this.#database);
    const version = this.#database.prepare('PRAGMA user_version').get()!.user_version;
    if (version !== VERSION) this.#write(() => this.#database.exec(SCHEMA));
    this.#insertItem = this.#database.prepare(`${INSERT} (?, ?)`);
    this.#insertGroup = this.#database.prepare(
      `${INSERT} ${Array(GROUP).fill('(?, ?)').join(', ')}`,
    );
    this.#findManifest = this.#database.prepare('SELECT * FROM manifest WHERE digest = ?');
  }

  findManifest(digest: string): StoredManifest | undefined {
    const row = this.#findManifest.get(digest);
    return row === undefined ? undefined : toManifest(row);
  }

  /** Makes the manifest known and where its lines stand; `addItems` makes them be found. */
  addManifest({ digest, acquisition, root, size, bytes }: StoredManifest, items: LinePositions) {
    this.#write(() => {
      this.#database
        .prepare(
          'INSERT OR IGNORE INTO manifest (digest, acquisition, root, size, bytes) VALUES (?, ?, ?, ?, ?)',
        )
        .run(digest, acquisition, root, size, bytes);
      const first = this.#firstId(digest) / LINES;
      const insert = this.#database.prepare('INSERT OR REPLACE INTO line VALUES (?, ?)');
      for (let at = 0; at < items.size; at += LINES) {
        insert.run(first + at / LINES, items.encodeOffsets(at, at + LINES));
      }
    });
  }

  /** Makes the items of a manifest be found. Others may have their turn between its steps. */
  *addItems(digest: string, items: LinePositions): Generator<void, void, void> {
    const base = this.#firstId(digest);
    // In the order of the index: digests are spread, and each step would write every page of it.
    const sorted = items.sort();
    for (let first = 0; first < sorted.length; first += STEP) {
      const rows = Array.from(sorted.subarray(first, first + STEP), (index) => [
        items.prefix(index),
        base + index,
      ]);
      this.#write(() => {
        this.#insertItems(rows);
        if (first + STEP >= sorted.length) this.#complete(digest);
      });
      yield;
    }
  }

  #insertItems(rows: readonly (readonly number[])[]): void {
    const single = rows.length - (rows.length % GROUP);
    for (let at = 0; at < single; at += GROUP) {
      this.#insertGroup.run(...rows.slice(at, at + GROUP).flat());
    }
    for (const row of rows.slice(single)) this.#insertItem.run(...row);
  }

  #complete(digest: string): void {
    this.#database.prepare('UPDATE manifest SET complete = 1 WHERE digest = ?').run(digest);
  }

  #firstId(digest: string): number {
    return (this.#findManifest.get(digest)!.id as number) * STRIDE;
  }

  /** Digests of manifests whose items are not all here, as after an interruption. */
  listIncomplete(): string[] {
    const rows = this.#database.prepare('SELECT digest FROM manifest WHERE complete = 0').all();
    return rows.map(({ digest }) => digest as string);
  }

  /** Forgets every other manifest. */
  keepOnly(digests: ReadonlySet<string>): void {
    const rows = this.#database.prepare('SELECT id, digest FROM manifest').all();
    const gone = rows.filter(({ digest }) => !digests.has(digest as string));
    if (gone.length === 0) return;
    this.#write(() => {
      const forget = this.#database.prepare('DELETE FROM manifest WHERE id = ?');
      for (const { id } of gone) forget.run(id as number);
      const known = '(SELECT id FROM manifest)';
      this.#database.exec(`DELETE FROM item WHERE id / ${STRIDE} NOT IN ${known};
        DELETE FROM line WHERE id / ${STRIDE / LINES} NOT IN ${known}`);
    });
  }

  /** Items with an ID above `after`, in the order in which they were stored. */
  list(filter: ItemFilter, after: number, limit: number): ItemPosition[] {
    return filter.prefix === undefined
      ? this.#listByManifest(filter.acquisition, after, limit)
      : this.#listByPrefix(filter.prefix, filter.acquisition, after, limit);
  }

  clear(): void {
    this.#write(() =>
      this.#database.exec('DELETE FROM item; DELETE FROM line; DELETE FROM manifest'),
    );
  }

  close(): void {
    this.#checkpoints.close();
  }

  #write(change: () => void): void {
    writeAtOnce(this.#database, change);
    this.#checkpoints.afterCommit();
  }

  #listByPrefix(prefix: number, acquisition: string | undefined, after: number, limit: number) {
    return this.#database
      .prepare(
        `SELECT item.id, offsets, digest, acquisition FROM item
         JOIN manifest ON manifest.id = item.id / ${STRIDE}
         JOIN line ON line.id = item.id / ${LINES}
         WHERE prefix = ?1 AND item.id > ?2 AND (?3 IS NULL OR acquisition = ?3)
         ORDER BY item.id LIMIT ?4`,
      )
      .all(prefix, after, acquisition ?? null, limit)
      .map((row) => toPosition(row, row.id as number));
  }

  #listByManifest(acquisition: string | undefined, after: number, limit: number) {
    // Manifest by manifest, so that a page costs no more than its rows.
    const positions: ItemPosition[] = [];
    const manifests = this.#database
      .prepare(
        `SELECT id, digest, acquisition, size FROM manifest
         WHERE id >= ?1 AND (?2 IS NULL OR acquisition = ?2) ORDER BY id`,
      )
      .iterate(Math.max(0, Math.floor(after / STRIDE)), acquisition ?? null);
    const line = this.#database.prepare('SELECT offsets FROM line WHERE id = ?');
    for (const manifest of manifests) {
      const base = (manifest.id as number) * STRIDE;
      const end = base + (manifest.size as number);
      let offsets: Row | undefined;
      for (let id = Math.max(after + 1, base); id < end; id += 1) {
        if (positions.length === limit) return positions;
        if (offsets === undefined || id % LINES === 0) offsets = line.get(Math.floor(id / LINES));
        positions.push(toPosition({ ...manifest, ...offsets }, id));
      }
    }
    return positions;
  }
}

type Row = Record<string, unknown>;

function toManifest(row: Row): StoredManifest {
  const { digest, acquisition, root, size, bytes } = row;
  return { digest, acquisition, root, size, bytes } as StoredManifest;
}

/** @param row of a manifest and of its lines. */
function toPosition(row: Row, id: number): ItemPosition {
  const { digest, acquisition, offsets } = row;
  return {
    id,
    manifest: digest as string,
    acquisition: acquisition as string,
    index: id % STRIDE,
    offset: decodeOffset(offsets as Uint8Array, id % LINES),
  };
}

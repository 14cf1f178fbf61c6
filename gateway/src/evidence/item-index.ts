/**
 * Where a member's items stand in its manifests. Derived: everything here can be computed again from
 * the manifest files, so it is not fsynced row by row.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { MAX_BATCH_ITEMS } from '@tabellion/proof';
import { Checkpoints, DERIVED } from '../sqlite/checkpoints.ts';
import { writeAtOnce } from '../sqlite/write-at-once.ts';
import { type Entry, ItemRuns, RUNS_SCHEMA } from './item-runs.ts';
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
const VERSION = 3;
const SCHEMA = `
DROP TABLE IF EXISTS item;
DROP TABLE IF EXISTS line;
DROP TABLE IF EXISTS manifest;
CREATE TABLE manifest (
  id INTEGER PRIMARY KEY AUTOINCREMENT, digest TEXT NOT NULL UNIQUE, acquisition TEXT NOT NULL, root TEXT NOT NULL,
  size INTEGER NOT NULL, bytes INTEGER NOT NULL, complete INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX manifest_acquisition ON manifest (acquisition, id);
CREATE TABLE line (id INTEGER PRIMARY KEY, offsets BLOB NOT NULL) STRICT;
${RUNS_SCHEMA}
PRAGMA user_version = ${VERSION};
`;

/** Positions of one manifest; an item's ID is its manifest's ID times this plus its index. */
const STRIDE = MAX_BATCH_ITEMS;
/** Lines whose offsets stand in one row; its ID is that of its first item by this. */
const LINES = 1024;

export class ItemIndex {
  readonly #database: DatabaseSync;
  readonly #checkpoints: Checkpoints;
  readonly #runs: ItemRuns;
  readonly #findManifest: StatementSync;

  constructor(file: string) {
    this.#database = new DatabaseSync(file);
    this.#database.exec(DERIVED);
    this.#checkpoints = new Checkpoints(this.#database);
    const version = this.#database.prepare('PRAGMA user_version').get()!.user_version;
    if (version !== VERSION) this.#write(() => this.#database.exec(SCHEMA));
    this.#runs = new ItemRuns(this.#database, (change) => this.#write(change));
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
  addItems(digest: string, items: LinePositions): Generator<void, void, void> {
    const entries = sortEntries(items, this.#firstId(digest));
    const complete = this.#database.prepare('UPDATE manifest SET complete = 1 WHERE digest = ?');
    return this.#runs.add(items.size, entries, () => complete.run(digest));
  }

  /** Keeps look-ups fast as manifests come. In steps, as `addItems`; may be left off between two. */
  merge(): Generator<void, void, void> {
    return this.#runs.merge();
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
      // Their entries stay in the runs: an ID is not given twice, and they are passed over.
      this.#database.exec(
        `DELETE FROM line WHERE id / ${STRIDE / LINES} NOT IN (SELECT id FROM manifest)`,
      );
    });
  }

  /** Items with an ID above `after`, in the order in which they were stored. */
  list(filter: ItemFilter, after: number, limit: number): ItemPosition[] {
    return filter.prefix === undefined
      ? this.#listByManifest(filter.acquisition, after, limit)
      : this.#listByPrefix(filter.prefix, filter.acquisition, after, limit);
  }

  clear(): void {
    this.#write(() => {
      this.#runs.clear();
      this.#database.exec('DELETE FROM line; DELETE FROM manifest; DELETE FROM sqlite_sequence');
    });
  }

  close(): void {
    this.#checkpoints.close();
  }

  #write(change: () => void): void {
    writeAtOnce(this.#database, change);
    this.#checkpoints.afterCommit();
  }

  #listByPrefix(prefix: number, acquisition: string | undefined, after: number, limit: number) {
    const position = this.#database.prepare(
      `SELECT digest, acquisition, offsets FROM manifest JOIN line ON line.id = ?2
       WHERE manifest.id = ?1 AND (?3 IS NULL OR acquisition = ?3)`,
    );
    const positions: ItemPosition[] = [];
    for (const id of this.#runs.find(prefix, after)) {
      if (positions.length === limit) break;
      const row = position.get(
        Math.floor(id / STRIDE),
        Math.floor(id / LINES),
        acquisition ?? null,
      );
      if (row !== undefined) positions.push(toPosition(row, id));
    }
    return positions;
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

function* sortEntries(items: LinePositions, first: number): Generator<Entry, void, void> {
  for (const line of items.sort()) yield { prefix: items.prefix(line), id: first + line };
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

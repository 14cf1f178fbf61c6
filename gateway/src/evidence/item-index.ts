/**
 * Where a member's items stand in its manifests. Derived: everything here can be computed again from
 * the manifest files, so it is not fsynced row by row.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { LinePositions } from './line-positions.ts';
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

const SCHEMA = `
CREATE TABLE IF NOT EXISTS manifest (
  id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, acquisition TEXT NOT NULL, root TEXT NOT NULL,
  size INTEGER NOT NULL, bytes INTEGER NOT NULL, complete INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX IF NOT EXISTS manifest_acquisition ON manifest (acquisition, id);
CREATE TABLE IF NOT EXISTS item (
  id INTEGER PRIMARY KEY, prefix INTEGER NOT NULL, offset INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS item_prefix ON item (prefix);
`;

/** Rows that one statement inserts: the step from JavaScript costs as much as the row itself. */
const GROUP = 32;

/** Positions of one manifest; an item's ID is its manifest's ID times this plus its index. */
const STRIDE = 65_536;

const INSERT = 'INSERT OR REPLACE INTO item VALUES';

export class ItemIndex {
  readonly #database: DatabaseSync;
  readonly #insertItem: StatementSync;
  readonly #insertGroup: StatementSync;
  readonly #findManifest: StatementSync;

  constructor(file: string) {
    this.#database = new DatabaseSync(file);
    this.#database.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; ${SCHEMA}`);
    this.#insertItem = this.#database.prepare(`${INSERT} (?, ?, ?)`);
    this.#insertGroup = this.#database.prepare(
      `${INSERT} ${Array(GROUP).fill('(?, ?, ?)').join(', ')}`,
    );
    this.#findManifest = this.#database.prepare('SELECT * FROM manifest WHERE digest = ?');
  }

  findManifest(digest: string): StoredManifest | undefined {
    const row = this.#findManifest.get(digest);
    return row === undefined ? undefined : toManifest(row);
  }

  /** Makes the manifest known; its items follow by `addItems`, then `complete`. */
  addManifest(manifest: StoredManifest): void {
    this.#database
      .prepare(
        'INSERT OR IGNORE INTO manifest (digest, acquisition, root, size, bytes) VALUES (?, ?, ?, ?, ?)',
      )
      .run(manifest.digest, manifest.acquisition, manifest.root, manifest.size, manifest.bytes);
  }

  /** Items from `first` to the one before `end`, in one transaction. */
  addItems(digest: string, items: LinePositions, first: number, end: number): void {
    const base = (this.#findManifest.get(digest)!.id as number) * STRIDE;
    // In the order of the index, whose pages are then met one after the other instead of at random.
    const rows = Array.from({ length: end - first }, (_, at) => {
      const index = first + at;
      return [base + index, items.prefix(index), items.offset(index)] as const;
    }).sort(([, one], [, other]) => one - other);
    const single = rows.length - (rows.length % GROUP);
    this.#database.exec('BEGIN');
    try {
      for (let at = 0; at < single; at += GROUP) {
        this.#insertGroup.run(...rows.slice(at, at + GROUP).flat());
      }
      for (const row of rows.slice(single)) this.#insertItem.run(...row);
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  complete(digest: string): void {
    this.#database.prepare('UPDATE manifest SET complete = 1 WHERE digest = ?').run(digest);
  }

  /** Digests of manifests whose items are not all here, as after an interruption. */
  listIncomplete(): string[] {
    const rows = this.#database.prepare('SELECT digest FROM manifest WHERE complete = 0').all();
    return rows.map(({ digest }) => digest as string);
  }

  /** Forgets every other manifest. */
  keepOnly(digests: ReadonlySet<string>): void {
    const forget = this.#database.prepare('DELETE FROM manifest WHERE id = ?');
    const forgetItems = this.#database.prepare('DELETE FROM item WHERE id >= ? AND id < ?');
    const rows = this.#database.prepare('SELECT id, digest FROM manifest').all();
    for (const { id, digest } of rows as { id: number; digest: string }[]) {
      if (digests.has(digest)) continue;
      forgetItems.run(id * STRIDE, (id + 1) * STRIDE);
      forget.run(id);
    }
  }

  /** Items with an ID above `after`, in the order in which they were stored. */
  list(filter: ItemFilter, after: number, limit: number): ItemPosition[] {
    return filter.prefix === undefined
      ? this.#listByManifest(filter.acquisition, after, limit)
      : this.#listByPrefix(filter.prefix, filter.acquisition, after, limit);
  }

  clear(): void {
    this.#database.exec('BEGIN; DELETE FROM item; DELETE FROM manifest; COMMIT');
  }

  close(): void {
    this.#database.close();
  }

  #listByPrefix(prefix: number, acquisition: string | undefined, after: number, limit: number) {
    return this.#database
      .prepare(
        `SELECT item.id, item.offset, digest, acquisition FROM item
         JOIN manifest ON manifest.id = item.id / ${STRIDE}
         WHERE prefix = ?1 AND item.id > ?2 AND (?3 IS NULL OR acquisition = ?3)
         ORDER BY item.id LIMIT ?4`,
      )
      .all(prefix, after, acquisition ?? null, limit)
      .map(toPosition);
  }

  #listByManifest(acquisition: string | undefined, after: number, limit: number) {
    // Manifest by manifest, so that a page costs no more than its rows.
    const positions: ItemPosition[] = [];
    const manifests = this.#database
      .prepare(
        `SELECT id, digest, acquisition FROM manifest
         WHERE id >= ?1 AND (?2 IS NULL OR acquisition = ?2) ORDER BY id`,
      )
      .iterate(Math.max(0, Math.floor(after / STRIDE)), acquisition ?? null);
    const items = this.#database.prepare(
      'SELECT id, offset FROM item WHERE id > ? AND id < ? ORDER BY id LIMIT ?',
    );
    for (const manifest of manifests) {
      const id = manifest.id as number;
      const from = Math.max(after, id * STRIDE - 1);
      const rows = items.all(from, (id + 1) * STRIDE, limit - positions.length);
      positions.push(...rows.map((row) => toPosition({ ...manifest, ...row })));
      if (positions.length === limit) break;
    }
    return positions;
  }
}

type Row = Record<string, unknown>;

function toManifest(row: Row): StoredManifest {
  const { digest, acquisition, root, size, bytes } = row;
  return { digest, acquisition, root, size, bytes } as StoredManifest;
}

function toPosition(row: Row): ItemPosition {
  const { id, digest, acquisition, offset } = row as Record<string, string> & {
    id: number;
    offset: number;
  };
  return {
    id,
    manifest: digest!,
    acquisition: acquisition!,
    index: id % STRIDE,
    offset,
  };
}

/**
 * The items that a tree is compared with, or a list is made of: any number, in a database that is
 * private to the process, spills to an unnamed temporary file and is gone on close.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { type BytePath, pathBytes } from '../byte-path.ts';
import type { ListedFile } from '../list/listed-file.ts';
import { rangeBelow } from './tree-base.ts';

/** A list of digests does not say whether it read a file or followed a link: `undefined`. */
export type KnownKind = 'file' | 'link' | undefined;

export interface KnownItem extends ListedFile {
  readonly kind: KnownKind;
}

const SCHEMA = `
PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;
CREATE TABLE known (
  id INTEGER PRIMARY KEY, name BLOB NOT NULL, kind TEXT, sha256 BLOB NOT NULL, size INTEGER,
  sha1 BLOB, md5 BLOB, state INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX known_name ON known (name);
`;

/** Items in one statement and one piece of work: between them other events get their turn. */
const GROUP = 4096;

export class KnownItems implements Disposable {
  readonly database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #setSize: StatementSync;
  #common: string[] | undefined;
  #count = 0;

  constructor() {
    this.database = new DatabaseSync('');
    this.database.exec(SCHEMA);
    this.#insert = this.database.prepare(
      'INSERT INTO known (name, kind, sha256, size, sha1, md5) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#setSize = this.database.prepare('UPDATE known SET size = ? WHERE name = ?');
  }

  get count(): number {
    return this.#count;
  }

  /** The deepest directory that all names share; empty where they share none. */
  get commonDirectory(): BytePath {
    const parts = this.#common ?? [];
    return parts.length === 1 && parts[0] === '' ? '/' : parts.join('/');
  }

  add(items: readonly KnownItem[]): void {
    if (items.length === 0) return;
    this.database.exec('BEGIN');
    for (const { name, kind, sha256, size, sha1, md5 } of items) {
      this.#insert.run(
        pathBytes(name),
        kind ?? null,
        Buffer.from(sha256, 'hex'),
        size ?? null,
        sha1 === undefined ? null : Buffer.from(sha1, 'hex'),
        md5 === undefined ? null : Buffer.from(md5, 'hex'),
      );
      this.#narrow(name);
    }
    this.database.exec('COMMIT');
    this.#count += items.length;
  }

  /** Some of the names, from all over. */
  sampleNames(most: number): BytePath[] {
    return this.database
      .prepare('SELECT name FROM known WHERE id % ? = 0 LIMIT ?')
      .all(Math.max(1, Math.floor(this.#count / most)), most)
      .map(({ name }) => toName(name));
  }

  /** The latest version under each name, in the order in which they came. */
  *latest(): Generator<KnownItem, void, undefined> {
    const rows = this.database
      .prepare(
        'SELECT * FROM known WHERE id IN (SELECT max(id) FROM known GROUP BY name) ORDER BY id',
      )
      .iterate();
    for (const row of rows) yield toItem(row);
  }

  setSize(name: BytePath, size: number): void {
    this.#setSize.run(size, pathBytes(name));
  }

  /** Whether any name lies below a directory. */
  hasBelow(directory: BytePath): boolean {
    if (directory === '') return this.#count > 0;
    return (
      this.database
        .prepare('SELECT 1 FROM known WHERE name >= ? AND name < ? LIMIT 1')
        .get(...rangeBelow(directory)) !== undefined
    );
  }

  /** A name that is listed with two digests or sizes. */
  findContradiction(): BytePath | undefined {
    const row = this.database
      .prepare(
        `SELECT name FROM known GROUP BY name HAVING max(count(DISTINCT sha256),
           count(DISTINCT sha1), count(DISTINCT md5), count(DISTINCT size)) > 1 LIMIT 1`,
      )
      .get();
    return row && toName(row.name);
  }

  /** Whether every item has it. */
  hasAll(column: 'size' | 'sha1' | 'md5'): boolean {
    return (
      this.database.prepare(`SELECT 1 FROM known WHERE ${column} IS NULL LIMIT 1`).get() ===
      undefined
    );
  }

  /** Whether any item has it. */
  hasAny(column: 'sha1' | 'md5'): boolean {
    return (
      this.database.prepare(`SELECT 1 FROM known WHERE ${column} IS NOT NULL LIMIT 1`).get() !==
      undefined
    );
  }

  [Symbol.dispose](): void {
    this.database.close();
  }

  #narrow(name: BytePath): void {
    const directory = name.split('/').slice(0, -1);
    if (this.#common === undefined) {
      this.#common = directory;
      return;
    }
    let shared = 0;
    while (shared < this.#common.length && this.#common[shared] === directory[shared]) shared += 1;
    if (shared < this.#common.length) this.#common.length = shared;
  }
}

/** Puts everything from a source into groups of bearable size. */
export async function loadKnownItems(
  known: KnownItems,
  groups: AsyncIterable<readonly KnownItem[]>,
): Promise<void> {
  for await (const group of groups) {
    for (let at = 0; at < group.length; at += GROUP) known.add(group.slice(at, at + GROUP));
  }
}

export const toName = (blob: unknown): BytePath =>
  Buffer.from(blob as Uint8Array).toString('latin1');
const toHex = (blob: unknown): string => Buffer.from(blob as Uint8Array).toString('hex');

function toItem(row: Record<string, unknown>): KnownItem {
  return {
    name: toName(row.name),
    kind: (row.kind as KnownKind | null) ?? undefined,
    sha256: toHex(row.sha256),
    ...(row.size !== null && { size: row.size as number }),
    ...(row.sha1 !== null && { sha1: toHex(row.sha1) }),
    ...(row.md5 !== null && { md5: toHex(row.md5) }),
  };
}

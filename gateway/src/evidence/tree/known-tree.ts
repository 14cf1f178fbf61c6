/** The known items below one base, and what has been seen of them in a tree. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type BytePath, pathBytes } from '../byte-path.ts';
import { type KnownItems, toName } from './known-items.ts';
import { nameAbove, nameBelow, rangeBelow } from './tree-base.ts';

export interface TreeEntry {
  /** Below the base. */
  readonly name: BytePath;
  readonly kind: 'file' | 'link';
  readonly sha256: string;
  readonly size: number;
}

/** `not-listed`, how it agrees, or in words how it differs. */
export type Judgement = 'not-listed' | 'matched' | VersionNote | (string & {});
export type VersionNote = 'earlier-version' | 'one-of-several-versions';

export interface Remainder {
  readonly onMoved: (name: BytePath, from: BytePath) => void;
  /** `same` is a listed name with the same content, where there is one. */
  readonly onNew: (name: BytePath, same: BytePath | undefined) => void;
  readonly onUnread: (name: BytePath) => void;
  readonly onMissing: (name: BytePath) => void;
}

/** What is known of a listed name: nothing yet, met, perhaps there, met under another name. */
const STATE = { absent: 0, present: 1, unread: 2, moved: 3, outside: 4 } as const;

const SCHEMA = `
CREATE TABLE unlisted (
  id INTEGER PRIMARY KEY, name BLOB NOT NULL, kind TEXT NOT NULL, sha256 BLOB NOT NULL,
  size INTEGER NOT NULL) STRICT;
CREATE TABLE unread (name BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
`;

type Row = Record<string, unknown>;

export class KnownTree {
  readonly #database: DatabaseSync;
  readonly #base: BytePath;
  readonly #isOrdered: boolean;
  readonly #find: StatementSync;
  readonly #mark: StatementSync;
  readonly #insertUnlisted: StatementSync;
  readonly #insertUnread: StatementSync;
  readonly #hasKinds: boolean;

  /** @param isOrdered whether the latest version of a name came last. */
  constructor({ database }: KnownItems, base: BytePath, isOrdered: boolean) {
    this.#database = database;
    this.#base = base;
    this.#isOrdered = isOrdered;
    database.exec(SCHEMA);
    this.#find = database.prepare(
      'SELECT kind, sha256, size FROM known WHERE name = ? ORDER BY id',
    );
    this.#mark = database.prepare(`UPDATE known SET state = ${STATE.present} WHERE name = ?`);
    this.#insertUnlisted = database.prepare(
      'INSERT INTO unlisted (name, kind, sha256, size) VALUES (?, ?, ?, ?)',
    );
    this.#insertUnread = database.prepare('INSERT OR IGNORE INTO unread VALUES (?)');
    this.#hasKinds =
      this.#count('SELECT EXISTS (SELECT 1 FROM known WHERE kind IS NOT NULL)') === 1;
    this.#markOutside();
    database.exec('BEGIN');
  }

  /**
   * What is listed below the base; without bytes where the list has no sizes. A list may claim any
   * sizes: beyond what a number counts exactly, their sum is rounded.
   */
  totals(): { readonly files: number; readonly bytes: number | undefined } {
    const row = this.#database
      .prepare(
        `SELECT count(*) AS files, total(size) AS bytes, count(size) AS sized FROM known
         WHERE state <> ${STATE.outside}`,
      )
      .get() as Row;
    const files = row.files as number;
    return { files, bytes: row.sized === files ? (row.bytes as number) : undefined };
  }

  countOutside(): number {
    return this.#count(`SELECT count(DISTINCT name) FROM known WHERE state = ${STATE.outside}`);
  }

  has(name: BytePath): boolean {
    return this.#find.get(this.#listed(name)) !== undefined;
  }

  /** What a listed digest at a link's name is of: the link's own bytes, or the file it leads to. */
  meaningOfLink(name: BytePath): 'target' | 'content' | 'nothing' {
    const rows = this.#find.all(this.#listed(name));
    if (rows.length === 0) return this.#hasKinds ? 'target' : 'nothing';
    return rows.every(({ kind }) => kind === null) ? 'content' : 'target';
  }

  /** Compares what stands at a name with every version that is known of it. */
  judge(entry: TreeEntry): Judgement {
    const listed = this.#listed(entry.name);
    const versions = this.#find.all(listed);
    if (versions.length === 0) {
      const { name, kind, sha256, size } = entry;
      this.#insertUnlisted.run(pathBytes(name), kind, Buffer.from(sha256, 'hex'), size);
      return 'not-listed';
    }
    this.#mark.run(listed);
    const last = versions.length - 1;
    const found = versions.findLastIndex((version) => isSame(version, entry));
    if (found === -1) return describeDifference(versions[last]!, entry);
    if (this.#isOrdered) return found === last ? 'matched' : 'earlier-version';
    const isOnlyVersion = versions.every((version) => isSame(version, entry));
    return isOnlyVersion ? 'matched' : 'one-of-several-versions';
  }

  markPresent(name: BytePath): void {
    this.#mark.run(this.#listed(name));
  }

  /** The name, or all below it, could not be read or was not entered. */
  markUnread(name: BytePath): void {
    this.#insertUnread.run(this.#listed(name));
  }

  /** Tells what becomes of all that no pair of name and name has settled. */
  finish(remainder: Remainder): void {
    this.#settleUnread();
    this.#settleUnlisted(remainder);
    this.#tellState(STATE.unread, (name) => {
      if (!this.#isUnreadItself(name)) remainder.onUnread(this.#below(name));
    });
    this.#tellState(STATE.absent, (name) => remainder.onMissing(this.#below(name)));
    this.#database.exec('COMMIT');
  }

  /** Without the lists there is nobody else to ask: a moved file is a gone name with its content. */
  #settleUnlisted({ onMoved, onNew }: Remainder): void {
    const unlisted = this.#database.prepare('SELECT * FROM unlisted ORDER BY name');
    if (this.#count('SELECT EXISTS (SELECT 1 FROM unlisted)') === 0) return;
    this.#database.exec('CREATE INDEX known_digest ON known (sha256, state)');
    const findGone = this.#database.prepare(
      `SELECT name FROM known WHERE sha256 = ? AND state = ${STATE.absent}
       AND (kind IS NULL OR kind = ?) ORDER BY id LIMIT 1`,
    );
    const findSame = this.#database.prepare(
      'SELECT name FROM known WHERE sha256 = ? AND (kind IS NULL OR kind = ?) LIMIT 1',
    );
    const markMoved = this.#database.prepare(
      `UPDATE known SET state = ${STATE.moved} WHERE name = ?`,
    );
    for (const { name: blob, kind, sha256, size } of unlisted.iterate()) {
      const name = toName(blob);
      const digest = sha256 as Uint8Array;
      const isEmpty = size === 0;
      const gone = isEmpty ? undefined : findGone.get(digest, kind as string);
      if (gone !== undefined) {
        markMoved.run(gone.name as Uint8Array);
        onMoved(name, this.#below(toName(gone.name)));
        continue;
      }
      const same = isEmpty ? undefined : findSame.get(digest, kind as string);
      onNew(name, same && this.#below(toName(same.name)));
    }
  }

  #markOutside(): void {
    if (this.#base === '') return;
    const [from, to] = rangeBelow(this.#base);
    this.#database
      .prepare(`UPDATE known SET state = ${STATE.outside} WHERE name < ? OR name >= ?`)
      .run(from, to);
  }

  #settleUnread(): void {
    const mark = this.#database.prepare(
      `UPDATE known SET state = ${STATE.unread}
       WHERE state = ${STATE.absent} AND (name = ? OR (name >= ? AND name < ?))`,
    );
    for (const { name: blob } of this.#database.prepare('SELECT name FROM unread').iterate()) {
      const name = toName(blob);
      if (name === '') {
        this.#database.exec(
          `UPDATE known SET state = ${STATE.unread} WHERE state = ${STATE.absent}`,
        );
      } else mark.run(pathBytes(name), ...rangeBelow(name));
    }
  }

  #tellState(state: number, tell: (listed: BytePath) => void): void {
    const rows = this.#database.prepare(
      'SELECT DISTINCT name FROM known WHERE state = ? ORDER BY name',
    );
    for (const { name } of rows.iterate(state)) tell(toName(name));
  }

  #isUnreadItself(listed: BytePath): boolean {
    return this.#count('SELECT EXISTS (SELECT 1 FROM unread WHERE name = ?)', listed) === 1;
  }

  #count(sql: string, ...names: BytePath[]): number {
    const row = this.#database.prepare(sql).get(...names.map(pathBytes)) as Row;
    return Object.values(row)[0] as number;
  }

  #listed(name: BytePath): Buffer {
    return pathBytes(nameAbove(this.#base, name));
  }

  /** Names outside the base are told as they are listed. */
  #below(listed: BytePath): BytePath {
    return nameBelow(this.#base, listed) ?? listed;
  }
}

function isSame({ kind, sha256, size }: Row, entry: TreeEntry): boolean {
  return (
    (kind === null || kind === entry.kind) &&
    (size === null || size === entry.size) &&
    Buffer.from(sha256 as Uint8Array).toString('hex') === entry.sha256
  );
}

function describeDifference({ kind, size }: Row, entry: TreeEntry): string {
  if (kind !== null && kind !== entry.kind) return `was a ${kind}, is a ${entry.kind}`;
  if (size !== null && size !== entry.size) return `${size} bytes were listed, ${entry.size} found`;
  return size === null ? 'another digest' : 'the same size, another digest';
}

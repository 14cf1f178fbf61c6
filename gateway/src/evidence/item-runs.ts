/**
 * Which items stand under which first bits of a digest: a log-structured merge index (O'Neil and others,
 * The Log-Structured Merge-Tree, 1996). Digests are spread, so that one tree of all of them is changed
 * page by page at random, the slower the larger it is. Here each manifest adds one sorted run, and runs
 * of like size are merged: what is written is written in order, and a look-up asks few runs.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** An item by the first bits of its digest. */
export interface Entry {
  readonly prefix: number;
  readonly id: number;
}

/** Entries in the order of (prefix, id). */
export type SortedEntries = Iterable<Entry>;

/** `live` runs are asked; others were not finished. `class` is that of its size, see `classOf`. */
export const RUNS_SCHEMA = `
DROP TABLE IF EXISTS run;
DROP TABLE IF EXISTS page;
CREATE TABLE run (
  id INTEGER PRIMARY KEY, class INTEGER NOT NULL, live INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE page (
  run INTEGER NOT NULL, prefix INTEGER NOT NULL, id INTEGER NOT NULL, entries BLOB NOT NULL,
  PRIMARY KEY (run, prefix, id)) STRICT;
`;

/** Live runs of one class that are merged. */
const FAN = 8;
const PAGE_ENTRIES = 512;
/** Pages of one transaction. */
const STEP = 16;
const NUMBER_BYTES = Float64Array.BYTES_PER_ELEMENT;
const ENTRY_BYTES = 2 * NUMBER_BYTES;

type Write = (change: () => void) => void;

export class ItemRuns {
  readonly #database: DatabaseSync;
  readonly #write: Write;
  readonly #insertPage: StatementSync;
  readonly #listLive: StatementSync;
  readonly #findPage: StatementSync;
  readonly #nextPage: StatementSync;
  /** Runs that are being written. */
  readonly #underWay = new Set<number>();

  /** @param write runs a change as one transaction. */
  constructor(database: DatabaseSync, write: Write) {
    this.#database = database;
    this.#write = write;
    this.#insertPage = database.prepare('INSERT INTO page VALUES (?, ?, ?, ?)');
    this.#listLive = database.prepare('SELECT id FROM run WHERE live = 1 ORDER BY id');
    this.#findPage = database.prepare(
      `SELECT prefix, id, entries FROM page WHERE run = ? AND (prefix, id) <= (?, ?)
       ORDER BY prefix DESC, id DESC LIMIT 1`,
    );
    this.#nextPage = database.prepare(
      `SELECT prefix, id, entries FROM page WHERE run = ? AND (prefix, id) > (?, ?)
       ORDER BY prefix, id LIMIT 1`,
    );
  }

  clear(): void {
    this.#database.exec('DELETE FROM page; DELETE FROM run');
  }

  /** Others may have their turn between its steps; with the last one `complete` becomes true as well. */
  *add(size: number, entries: SortedEntries, complete: () => void): Generator<void, void, void> {
    const run = this.#begin(size);
    try {
      let pages: Page[] = [];
      const flush = () => {
        for (const { prefix, id, bytes } of pages) this.#insertPage.run(run, prefix, id, bytes);
        pages = [];
      };
      for (const page of cutPages(entries)) {
        if (pages.length === STEP) {
          this.#write(flush);
          yield;
        }
        pages.push(page);
      }
      this.#write(() => {
        flush();
        this.#database.prepare('UPDATE run SET live = 1 WHERE id = ?').run(run);
        complete();
      });
    } finally {
      this.#underWay.delete(run);
    }
  }

  #begin(size: number): number {
    let run = 0;
    this.#write(() => {
      this.#removeUnfinished();
      const insert = this.#database.prepare('INSERT INTO run (class) VALUES (?)');
      run = insert.run(classOf(size)).lastInsertRowid as number;
    });
    this.#underWay.add(run);
    return run;
  }

  /** What an interruption or a full disk left. */
  #removeUnfinished(): void {
    const runs = this.#database.prepare('SELECT id FROM run WHERE live = 0').all();
    this.#remove(runs.map(({ id }) => id as number).filter((id) => !this.#underWay.has(id)));
  }

  #remove(runs: readonly number[]): void {
    for (const run of runs) {
      this.#database.prepare('DELETE FROM page WHERE run = ?').run(run);
      this.#database.prepare('DELETE FROM run WHERE id = ?').run(run);
    }
  }

  /** Merges runs of one class, until no class has too many. As `add`, in steps. */
  *merge(): Generator<void, void, void> {
    for (let runs = this.#findMergeable(); runs.length > 0; runs = this.#findMergeable()) {
      const sources = runs.map((run) => this.#scan(run, 0, 0));
      const size = runs.reduce((sum, run) => sum + this.#countEntries(run), 0);
      yield* this.add(size, mergeSorted(sources), () => this.#remove(runs));
      yield;
    }
  }

  #findMergeable(): number[] {
    const row = this.#database
      .prepare('SELECT class FROM run WHERE live = 1 GROUP BY class HAVING count(*) >= ? LIMIT 1')
      .get(FAN);
    if (row === undefined) return [];
    return this.#database
      .prepare('SELECT id FROM run WHERE live = 1 AND class = ? ORDER BY id LIMIT ?')
      .all(row.class as number, FAN)
      .map(({ id }) => id as number);
  }

  #countEntries(run: number): number {
    const { bytes } = this.#database
      .prepare('SELECT sum(length(entries)) AS bytes FROM page WHERE run = ?')
      .get(run)!;
    return (bytes as number) / ENTRY_BYTES;
  }

  /** IDs above `after` of the items under a prefix, in order, as far as the caller asks. */
  *find(prefix: number, after: number): Generator<number, void, void> {
    const sources = this.#listLive
      .all()
      .map(({ id }) => takeWhile(this.#scan(id as number, prefix, after + 1), prefix));
    for (const { id } of mergeSorted(sources)) yield id;
  }

  /** A run's entries from (prefix, id) on. */
  *#scan(run: number, prefix: number, id: number): Generator<Entry, void, void> {
    let page = this.#findPage.get(run, prefix, id) ?? this.#nextPage.get(run, prefix, id);
    for (; page !== undefined; page = this.#nextPage.get(run, page.prefix!, page.id!)) {
      const bytes = page.entries as Uint8Array;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let at = 0; at < bytes.byteLength; at += ENTRY_BYTES) {
        const entry = { prefix: view.getFloat64(at), id: view.getFloat64(at + NUMBER_BYTES) };
        if (entry.prefix > prefix || (entry.prefix === prefix && entry.id >= id)) yield entry;
      }
    }
  }
}

interface Page extends Entry {
  readonly bytes: Uint8Array;
}

/** A page is found by its first entry. */
function* cutPages(entries: SortedEntries): Generator<Page, void, void> {
  let view = new DataView(new ArrayBuffer(PAGE_ENTRIES * ENTRY_BYTES));
  let at = 0;
  const finish = (): Page => ({
    prefix: view.getFloat64(0),
    id: view.getFloat64(NUMBER_BYTES),
    bytes: new Uint8Array(view.buffer as ArrayBuffer, 0, at),
  });
  for (const { prefix, id } of entries) {
    if (at === view.byteLength) {
      yield finish();
      view = new DataView(new ArrayBuffer(PAGE_ENTRIES * ENTRY_BYTES));
      at = 0;
    }
    view.setFloat64(at, prefix);
    view.setFloat64(at + NUMBER_BYTES, id);
    at += ENTRY_BYTES;
  }
  if (at > 0) yield finish();
}

function* mergeSorted(sources: readonly Iterator<Entry>[]): Generator<Entry, void, void> {
  const heads = sources.map((source) => ({ source, next: source.next() }));
  for (;;) {
    let least: (typeof heads)[number] | undefined;
    for (const head of heads) {
      if (head.next.done) continue;
      if (least === undefined || comesBefore(head.next.value, least.next.value)) least = head;
    }
    if (least === undefined) return;
    yield least.next.value;
    least.next = least.source.next();
  }
}

const comesBefore = (one: Entry, other: Entry) =>
  one.prefix < other.prefix || (one.prefix === other.prefix && one.id < other.id);

function* takeWhile(entries: Iterable<Entry>, prefix: number): Generator<Entry, void, void> {
  for (const entry of entries) {
    if (entry.prefix !== prefix) return;
    yield entry;
  }
}

/** Eight runs of a class make one of a higher class. */
function classOf(size: number): number {
  let result = 0;
  for (let rest = size; rest >= FAN; rest = Math.floor(rest / FAN)) result += 1;
  return result;
}

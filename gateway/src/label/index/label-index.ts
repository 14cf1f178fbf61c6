/**
 * Every label of the shared library in memory, by address key: what a look-up says now, and what it said
 * at any height before. Batches and changes come in the ledger's order; a batch's labels may come later,
 * when its manifest was fetched and verified, and in several parts. Nothing is ever taken out: a batch that
 * was found to be kept back counts no longer from that height on.
 */
import { randomBytes } from 'node:crypto';
import { assertKey, KeyWords } from './address-key.ts';
import { type BatchFacts, BatchTable, countRows } from './batch-table.ts';
import { ChangeLog, type ChangeTarget, type LabelChange } from './change-log.ts';
import { LabelIndexError } from './error.ts';
import { createKeyHash, type KeyHash } from './half-siphash.ts';
import { KeyTable } from './key-table.ts';
import { assertLine, isWithin, LabelRows, type LineReference } from './label-rows.ts';
import { assertFollows, comparePoints, type LedgerPoint } from './ledger-point.ts';

export interface IndexedLabel extends LineReference {
  /** The form's family in one byte, then the payload: 2 to 70 bytes. */
  readonly key: Uint8Array;
}

/** One label of a batch, or the whole batch where no index is given. */
export interface LabelTarget {
  readonly batch: number;
  readonly index?: number;
}

/** One assertion about the address that was looked up; what it says stands in the manifest's line. */
export interface LabelHit extends LineReference {
  readonly batch: number;
  /** Position in the batch. */
  readonly index: number;
  /** Of this label or its whole batch, in the ledger's order. */
  readonly changes: readonly LabelChange[];
}

export interface NewestHits {
  readonly hits: LabelHit[];
  /** Hits before these. */
  readonly older: number;
}

const UNCHANGED: readonly LabelChange[] = Object.freeze([]);

/** Labels linked before others get their turn. */
const RELINK_TURN = 16_384;

export class LabelIndex {
  readonly #batches = new BatchTable();
  readonly #rows = new LabelRows();
  readonly #log = new ChangeLog();
  /** For snapshots, which copy them from where they lie and read them back in place. */
  readonly tables = { batches: this.#batches, rows: this.#rows, log: this.#log } as const;
  readonly #table = new KeyTable(this.#rows);
  readonly #key: KeyWords;
  #last: LedgerPoint | undefined;
  #size = 0;

  /** @param hash keyed by chance, so that nobody can prepare addresses that collide. */
  constructor(hash: KeyHash = createKeyHash(randomBytes(8))) {
    this.#key = new KeyWords(hash);
  }

  /** Labels. */
  get size(): number {
    return this.#size;
  }

  /** Batches that were announced. */
  get batches(): number {
    return this.#batches.size;
  }

  /** Place of the last batch or change. */
  get last(): LedgerPoint | undefined {
    return this.#last;
  }

  /** Memory. */
  bytes(): number {
    return this.#batches.bytes + this.#rows.bytes + this.#log.bytes + this.#table.bytes;
  }

  /**
   * A batch of labels that the ledger holds; returns its number, 0, 1, 2, … in the ledger's order.
   * @throws LabelIndexError `LABEL_ORDER`, `LABEL_RANGE`.
   */
  announce(batch: BatchFacts): number {
    assertFollows(this.#last, batch);
    const number = this.#batches.append(batch);
    this.#last = this.#batches.point(number);
    return number;
  }

  /**
   * The next labels of a batch, all or none, in the order of its verified manifest.
   * @throws LabelIndexError `LABEL_RANGE`.
   */
  add(batch: number, labels: readonly IndexedLabel[]): void {
    this.#assertBatch(batch);
    const added = this.#batches.added(batch);
    if (added + labels.length > this.#batches.sizeOf(batch)) {
      throw new LabelIndexError('LABEL_RANGE', `more labels than batch ${batch} holds`);
    }
    for (const label of labels) {
      assertKey(label.key);
      assertLine(label);
    }
    let row = this.#batches.first(batch) + added;
    for (const label of labels) {
      this.#key.take(label.key);
      this.#rows.write(row, batch, label, this.#key);
      this.#rows.setNext(row, this.#table.put(this.#key, row));
      row += 1;
    }
    this.#size += labels.length;
    this.#batches.countAdded(batch, labels.length);
  }

  /** Labels of a batch that were added so far: where the next call of {@link add} goes on. */
  addedOf(batch: number): number {
    this.#assertBatch(batch);
    return this.#batches.added(batch);
  }

  batchOf(batch: number): BatchFacts {
    this.#assertBatch(batch);
    return this.#batches.facts(batch);
  }

  /** Whether all its labels are here. */
  isWhole(batch: number): boolean {
    this.#assertBatch(batch);
    return this.#batches.isComplete(batch);
  }

  /** Whether its labels are still to come. */
  isAwaited(batch: number): boolean {
    this.#assertBatch(batch);
    return !this.#batches.isComplete(batch) && !this.#batches.isWithheld(batch, Infinity);
  }

  /** One label of a batch, which must be here in full. @throws LabelIndexError `LABEL_RANGE`. */
  labelAt(batch: number, index: number): IndexedLabel {
    this.#assertBatch(batch);
    if (!isWithin(index, 0, this.#batches.added(batch) - 1))
      throw new LabelIndexError('LABEL_RANGE', `no label ${index} in batch ${batch}`);
    const row = this.#batches.first(batch) + index;
    this.#rows.readKey(row, this.#key);
    return { key: this.#key.copyBytes(), ...this.#rows.line(row) };
  }

  /** Whether anything was said of a label, or of its whole batch, by that height. @throws LabelIndexError `LABEL_RANGE`. */
  isChanged(batch: number, index: number, height: number): boolean {
    this.#assertBatch(batch);
    return this.#changesOf(this.#batches.first(batch) + index, batch, height).length > 0;
  }

  /** The key of every address that was labelled when this began, once; of what came since, of some. */
  *listKeys(): Generator<Uint8Array> {
    for (const row of this.#table.listRows()) {
      this.#rows.readKey(row, this.#key);
      yield this.#key.copyBytes();
    }
  }

  /** The first batch up to that height that is not here in full, and was not void by then. */
  findMissing(height: number): number | undefined {
    return this.#batches.findMissing(height);
  }

  /** Batches that are not here in full, in the ledger's order. */
  listMissing(): Iterable<number> {
    return this.#batches.listMissing();
  }

  /** @throws LabelIndexError `LABEL_ORDER`, `LABEL_RANGE`. */
  change({ batch, index }: LabelTarget, change: LabelChange): void {
    this.#assertBatch(batch);
    if (index !== undefined && !isWithin(index, 0, this.#batches.sizeOf(batch) - 1)) {
      throw new LabelIndexError('LABEL_RANGE', `no label ${index} in batch ${batch}`);
    }
    assertFollows(this.#last, change);
    const target: ChangeTarget =
      index === undefined
        ? { kind: 'BATCH', number: batch }
        : { kind: 'LABEL', number: this.#batches.first(batch) + index };
    this.#link(this.#log.append(target, change), target);
    this.#last = { height: change.height, position: change.position };
  }

  /** Everything that was asserted about this address, in the ledger's order. @throws LabelIndexError `LABEL_RANGE`. */
  find(key: Uint8Array): LabelHit[] {
    return this.findAsOf(key, Number.POSITIVE_INFINITY);
  }

  /** What {@link find} said when the ledger had reached that height. @throws LabelIndexError `LABEL_RANGE`. */
  findAsOf(key: Uint8Array, height: number): LabelHit[] {
    return this.findNewest(key, height, Number.POSITIVE_INFINITY).hits;
  }

  /**
   * The newest of {@link findAsOf}, in the ledger's order, and how many come before them: of these nothing is read
   * but that they are there, so that an address that somebody labelled without end costs no more than a count.
   * @throws LabelIndexError `LABEL_RANGE`.
   */
  findNewest(key: Uint8Array, height: number, most: number): NewestHits {
    this.#key.take(key);
    const rows: number[] = [];
    // Labels of one batch follow each other: what holds for it is looked up once.
    let batch = -1;
    let isThere = false;
    for (let next = this.#table.find(this.#key); next !== 0; next = this.#rows.next(next - 1)) {
      const of = this.#rows.batch(next - 1);
      if (of !== batch) {
        batch = of;
        isThere = this.#batches.height(of) <= height && !this.#batches.isWithheld(of, height);
      }
      if (isThere) rows.push(next - 1);
    }
    // Told from the newest on, but for batches that were fetched late: a few runs, which sort at once.
    rows.sort((one, other) => one - other);
    const older = Math.max(0, rows.length - most);
    const hits = (older === 0 ? rows : rows.slice(older)).map((row) => this.#hit(row, height));
    return { hits, older };
  }

  /**
   * Works out what a snapshot leaves out, once its tables were read back; yields now and then.
   * @throws LabelIndexError `SNAPSHOT_CORRUPT` where they make no sense.
   */
  *relink(): Generator<void, void, undefined> {
    const { size } = this.#batches;
    this.#table.reserve(countRows(this.#batches.listRuns(size)));
    for (let batch = 0; batch < size; batch += 1) {
      if (!this.#batches.isComplete(batch)) continue;
      const first = this.#batches.first(batch);
      const end = first + this.#batches.sizeOf(batch);
      for (let row = first; row < end; row += 1) {
        const isSound = this.#rows.batch(row) === batch && this.#rows.readKey(row, this.#key);
        if (!isSound) throw new LabelIndexError('SNAPSHOT_CORRUPT', 'a label that is none');
        this.#rows.setNext(row, this.#table.put(this.#key, row));
        this.#size += 1;
        if (this.#size % RELINK_TURN === 0) yield;
      }
    }
    if (size > 0) this.#last = this.#batches.point(size - 1);
    for (let change = 0; change < this.#log.size; change += 1) this.#relinkChange(change);
  }

  #relinkChange(change: number): void {
    const target = this.#log.target(change);
    const read = this.#log.read(change);
    const end = target.kind === 'BATCH' ? this.#batches.size : this.#batches.rows;
    if (read === undefined || target.number >= end) {
      throw new LabelIndexError('SNAPSHOT_CORRUPT', 'a change that is none');
    }
    this.#link(change, target);
    const { height, position } = read;
    if (this.#last === undefined || comparePoints(read, this.#last) > 0) {
      this.#last = { height, position };
    }
  }

  #hit(row: number, height: number): LabelHit {
    const batch = this.#rows.batch(row);
    const { offset, length } = this.#rows.line(row);
    const index = row - this.#batches.first(batch);
    return { batch, index, offset, length, changes: this.#changesOf(row, batch, height) };
  }

  /** Merges the label's own changes with its batch's, both of which are told from the last on. */
  #changesOf(row: number, batch: number, height: number): readonly LabelChange[] {
    let own = this.#rows.changes(row);
    let shared = this.#batches.changes(batch);
    if (own === 0 && shared === 0) return UNCHANGED;
    const changes: LabelChange[] = [];
    while (own !== 0 || shared !== 0) {
      const last = Math.max(own, shared) - 1;
      if (own > shared) own = this.#log.previous(last);
      else shared = this.#log.previous(last);
      if (this.#log.height(last) <= height) changes.push(this.#log.read(last)!);
    }
    return changes.reverse();
  }

  #link(change: number, { kind, number }: ChangeTarget): void {
    const of = kind === 'BATCH' ? this.#batches : this.#rows;
    const { state, height } = this.#log.read(change)!;
    if (kind === 'BATCH' && state === 'WITHHELD') this.#batches.withhold(number, height);
    // A label can change before its batch was fetched.
    if (kind === 'LABEL') this.#rows.reach(number);
    this.#log.setPrevious(change, of.changes(number));
    of.setChanges(number, change + 1);
  }

  #assertBatch(batch: number): void {
    if (isWithin(batch, 0, this.#batches.size - 1)) return;
    throw new LabelIndexError('LABEL_RANGE', `no batch ${batch}`);
  }
}

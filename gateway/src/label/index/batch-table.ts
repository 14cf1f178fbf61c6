/** What the ledger says of each batch of labels, and how much of it is here. */
import { LabelIndexError } from './error.ts';
import { isWithin } from './label-rows.ts';
import type { LedgerPoint } from './ledger-point.ts';
import { MAX_RECORDS, Records, type Words } from './records.ts';

/** Row of its first label. */
const FIRST = 0;
const SIZE = 1;
const HEIGHT = 2;
const POSITION = 3;
/** Labels taken in so far. */
const ADDED = 4;
/** The last change that speaks of the whole batch, plus 1; 0 = none. */
const CHANGES = 5;
/** SHA-256. */
const MANIFEST = 6;
export const BATCH_WORDS = MANIFEST + 8;
/** What is worked out anew when a batch is read back. */
export const BATCH_LINKS = [CHANGES];

export interface BatchFacts extends LedgerPoint {
  /** SHA-256 of the manifest: its name. */
  readonly manifest: Uint8Array;
  /** Labels. */
  readonly size: number;
}

/** Of a batch that is void from a height on. */
interface Withholding {
  readonly batch: number;
  readonly height: number;
}

/** Consecutive rows, `end` excluded. */
export interface Run {
  readonly first: number;
  readonly end: number;
}

export function countRows(runs: readonly Run[]): number {
  return runs.reduce((sum, { first, end }) => sum + end - first, 0);
}

export class BatchTable extends Records {
  #size = 0;
  #rows = 0;
  #settled = 0;
  /** Few: they take most members' word. */
  readonly #withheld = new Map<number, number>();
  /** Those that are not here in full: nobody waits for them any more. */
  readonly #gaps: Withholding[] = [];
  /** From that height on none of them matters. */
  #gapsEnd = 0;

  constructor() {
    super(BATCH_WORDS);
  }

  get size(): number {
    return this.#size;
  }

  /** Rows that the batches have taken, whether their labels are here or not. */
  get rows(): number {
    return this.#rows;
  }

  /** From that height on the batch counts for nobody, whether it is here or not. */
  withhold(batch: number, height: number): void {
    if (this.#withheld.has(batch)) return;
    this.#withheld.set(batch, height);
    this.#skipSettled();
  }

  isWithheld(batch: number, height: number): boolean {
    if (this.#withheld.size === 0) return false;
    const from = this.#withheld.get(batch);
    return from !== undefined && from <= height;
  }

  /** The first batch that is looked for up to that height: not here in full, and not void. */
  findMissing(height: number): number | undefined {
    if (height < this.#gapsEnd) {
      const gap = this.#gaps.find(
        ({ batch, height: end }) =>
          this.height(batch) <= height && height < end && !this.isComplete(batch),
      );
      if (gap !== undefined) return gap.batch;
    }
    const waited = this.#settled;
    return waited < this.#size && this.height(waited) <= height ? waited : undefined;
  }

  /** @throws LabelIndexError `LABEL_RANGE`. */
  append({ manifest, size, height, position }: BatchFacts): number {
    if (manifest.length !== 32 || !isWithin(size, 1, MAX_RECORDS - this.#rows)) {
      throw new LabelIndexError('LABEL_RANGE', `a batch of ${size} labels`);
    }
    const batch = this.#size;
    const words = this.reach(batch);
    const at = this.at(batch);
    words[at + FIRST] = this.#rows;
    words[at + SIZE] = size;
    words[at + HEIGHT] = height;
    words[at + POSITION] = position;
    new Uint8Array(words.buffer, 4 * (at + MANIFEST), 32).set(manifest);
    this.#size += 1;
    this.#rows += size;
    return batch;
  }

  /** Counts batches whose records were read back in place; false where these make no sense. */
  restore(size: number): boolean {
    for (let batch = 0; batch < size; batch += 1) {
      const labels = this.sizeOf(batch);
      const added = this.added(batch);
      const isSound = this.first(batch) === this.#rows && labels > 0;
      if (!isSound || (added !== 0 && added !== labels)) return false;
      this.#size += 1;
      this.#rows += labels;
    }
    this.#skipSettled();
    return this.#rows <= MAX_RECORDS;
  }

  facts(batch: number): BatchFacts {
    const words = this.segment(batch);
    const manifest = new Uint8Array(words.buffer, 4 * (this.at(batch) + MANIFEST), 32).slice();
    return { manifest, size: this.sizeOf(batch), ...this.point(batch) };
  }

  point(batch: number): LedgerPoint {
    return { height: this.height(batch), position: this.#word(batch, POSITION) };
  }

  height(batch: number): number {
    return this.#word(batch, HEIGHT);
  }

  first(batch: number): number {
    return this.#word(batch, FIRST);
  }

  sizeOf(batch: number): number {
    return this.#word(batch, SIZE);
  }

  added(batch: number): number {
    return this.#word(batch, ADDED);
  }

  isComplete(batch: number): boolean {
    return this.added(batch) === this.sizeOf(batch);
  }

  countAdded(batch: number, labels: number): void {
    this.segment(batch)[this.at(batch) + ADDED]! += labels;
    this.#skipSettled();
  }

  /** Marks a copy of a batch's record, in `words` at `at`, as one without labels. */
  static forgetAdded(words: Words, at: number): void {
    words[at + ADDED] = 0;
  }

  /** Batches that are not here in full, in the ledger's order. */
  *listMissing(): Generator<number, void, undefined> {
    const passed = this.#gaps.map(({ batch }) => batch).filter((each) => !this.isComplete(each));
    yield* passed;
    for (let batch = this.#settled; batch < this.#size; batch += 1) {
      if (!this.isComplete(batch)) yield batch;
    }
  }

  /** Batches up to that height. */
  countUpTo(height: number): number {
    let count = this.#size;
    while (count > 0 && this.height(count - 1) > height) count -= 1;
    return count;
  }

  /** Rows of those of the first so many batches that are here in full; what lies side by side is one run. */
  listRuns(count: number): Run[] {
    const runs: Run[] = [];
    let first = 0;
    const close = (end: number) => {
      if (end > first) runs.push({ first, end });
    };
    for (const batch of this.listMissing()) {
      if (batch >= count) break;
      close(this.first(batch));
      first = this.first(batch) + this.sizeOf(batch);
    }
    close(count === this.#size ? this.#rows : this.first(count));
    return runs;
  }

  changes(batch: number): number {
    return this.#word(batch, CHANGES);
  }

  setChanges(batch: number, changes: number): void {
    this.segment(batch)[this.at(batch) + CHANGES] = changes;
  }

  /** Goes on to the first batch that is neither here in full nor void: every one before it is settled. */
  #skipSettled(): void {
    for (; this.#settled < this.#size; this.#settled += 1) {
      const batch = this.#settled;
      if (this.isComplete(batch)) continue;
      const height = this.#withheld.get(batch);
      if (height === undefined) return;
      this.#gaps.push({ batch, height });
      this.#gapsEnd = Math.max(this.#gapsEnd, height);
    }
  }

  #word(batch: number, word: number): number {
    return this.segment(batch)[this.at(batch) + word]!;
  }
}

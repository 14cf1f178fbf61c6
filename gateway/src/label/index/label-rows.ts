/**
 * One row of 64 bytes a label, by its number: batches in ledger order, labels in the order of their
 * batch. A row holds its key, so that an answer rests on the key and not on a hash, beside what the
 * answer says: one place in memory to go to. What of a long key does not fit lies in a row of its own.
 */
import { isKeyLength, KEY_WORDS, type KeyWords } from './address-key.ts';
import { LabelIndexError } from './error.ts';
import { Records } from './records.ts';

/** The row taken in before this one with the same key, plus 1; 0 = none. */
const NEXT = 0;
/** The last change that speaks of this label alone, plus 1; 0 = none. */
const CHANGES = 1;
const BATCH = 2;
/** Where its line begins in the batch's manifest. */
const OFFSET = 3;
/** Bytes of the line (24 bits), bytes of the key (8 bits; 0 = no label here yet). */
const LENGTHS = 4;
const KEY = 5;
export const ROW_WORDS = 16;
/** Most words of a key that fit; of a longer one the last of them is the number of its tail. */
const FITTING = ROW_WORDS - KEY;
const HEAD = FITTING - 1;
export const TAIL_WORDS = KEY_WORDS - HEAD;
/** What is worked out anew when a row is read back. */
export const ROW_LINKS = [NEXT, CHANGES];

const MAX_OFFSET = 0xffff_ffff;
const MAX_LINE = 0xff_ffff;

/** Where a label's statement stands in the manifest of its batch. */
export interface LineReference {
  readonly offset: number;
  /** Bytes, without the line feed. */
  readonly length: number;
}

export function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

/** @throws LabelIndexError `LABEL_RANGE`. */
export function assertLine({ offset, length }: LineReference): void {
  if (isWithin(offset, 0, MAX_OFFSET) && isWithin(length, 1, MAX_LINE)) return;
  throw new LabelIndexError('LABEL_RANGE', `a line of ${length} bytes at ${offset}`);
}

export class LabelRows extends Records {
  readonly tails = new Records(TAIL_WORDS);
  #tailCount = 0;

  constructor() {
    super(ROW_WORDS);
  }

  override get bytes(): number {
    return super.bytes + this.tails.bytes;
  }

  get tailCount(): number {
    return this.#tailCount;
  }

  /** Counts tails whose records were read back in place. */
  restoreTails(count: number): void {
    this.#tailCount = count;
  }

  write(row: number, batch: number, { offset, length }: LineReference, key: KeyWords): void {
    const words = this.reach(row);
    const at = this.at(row);
    words[at + BATCH] = batch;
    words[at + OFFSET] = offset;
    words[at + LENGTHS] = length * 256 + key.length;
    const { used } = key;
    const head = used <= FITTING ? used : HEAD;
    for (let word = 0; word < head; word += 1) words[at + KEY + word] = key.words[word]!;
    if (used > FITTING) words[at + KEY + HEAD] = this.#writeTail(key);
  }

  hasKey(row: number, key: KeyWords): boolean {
    const words = this.segment(row);
    const at = this.at(row);
    if ((words[at + LENGTHS]! & 0xff) !== key.length) return false;
    const { used } = key;
    const head = used <= FITTING ? used : HEAD;
    for (let word = 0; word < head; word += 1) {
      if (words[at + KEY + word] !== key.words[word]) return false;
    }
    return used <= FITTING || this.#hasTail(words[at + KEY + HEAD]!, key);
  }

  /** Puts a row's key where it can be looked at; false where what was read back is none. */
  readKey(row: number, key: KeyWords): boolean {
    const words = this.segment(row);
    const at = this.at(row);
    const length = words[at + LENGTHS]! & 0xff;
    if (!isKeyLength(length)) return false;
    const used = (length + 3) >>> 2;
    const head = used <= FITTING ? used : HEAD;
    for (let word = 0; word < head; word += 1) key.words[word] = words[at + KEY + word]!;
    if (used > FITTING) {
      const tail = words[at + KEY + HEAD]!;
      if (tail >= this.#tailCount) return false;
      const from = this.tails.segment(tail);
      const start = this.tails.at(tail) - HEAD;
      for (let word = HEAD; word < used; word += 1) key.words[word] = from[start + word]!;
    }
    key.setLength(length);
    return true;
  }

  batch(row: number): number {
    return this.#word(row, BATCH);
  }

  line(row: number): LineReference {
    return { offset: this.#word(row, OFFSET), length: this.#word(row, LENGTHS) >>> 8 };
  }

  next(row: number): number {
    return this.#word(row, NEXT);
  }

  setNext(row: number, next: number): void {
    this.segment(row)[this.at(row) + NEXT] = next;
  }

  changes(row: number): number {
    return this.#word(row, CHANGES);
  }

  setChanges(row: number, changes: number): void {
    this.segment(row)[this.at(row) + CHANGES] = changes;
  }

  #word(row: number, word: number): number {
    return this.segment(row)[this.at(row) + word]!;
  }

  #writeTail({ words, used }: KeyWords): number {
    const tail = this.#tailCount;
    const to = this.tails.reach(tail);
    const at = this.tails.at(tail) - HEAD;
    for (let word = HEAD; word < used; word += 1) to[at + word] = words[word]!;
    this.#tailCount += 1;
    return tail;
  }

  #hasTail(tail: number, { words, used }: KeyWords): boolean {
    const from = this.tails.segment(tail);
    const at = this.tails.at(tail) - HEAD;
    for (let word = HEAD; word < used; word += 1) {
      if (from[at + word] !== words[word]) return false;
    }
    return true;
  }
}

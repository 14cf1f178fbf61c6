/**
 * From a key to the row that was taken in last for it: open addressing in 256 tables of their own, each
 * of which doubles by itself, so that no insertion waits for more than one small table to be copied.
 * Nothing is ever removed.
 */
import type { KeyWords } from './address-key.ts';
import type { LabelRows } from './label-rows.ts';

const SHARDS = 256;
const FIRST_SLOTS = 8;
/** Full slots of eight, at most. */
const MOST_OF_EIGHT = 6;

/** Two words a slot: the key's hash, and the row plus 1 (0 = empty). */
class Shard {
  slots = new Uint32Array(2 * FIRST_SLOTS);
  mask = FIRST_SLOTS - 1;
  used = 0;

  /** Whether so many keys are as many as it takes before it doubles. */
  wouldFill(used: number): boolean {
    return used * 8 >= (this.mask + 1) * MOST_OF_EIGHT;
  }

  double(): void {
    const old = this.slots;
    const mask = 2 * this.mask + 1;
    const slots = new Uint32Array(2 * old.length);
    for (let from = 0; from < old.length; from += 2) {
      if (old[from + 1] === 0) continue;
      let slot = old[from]! & mask;
      while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
      slots[2 * slot] = old[from]!;
      slots[2 * slot + 1] = old[from + 1]!;
    }
    this.slots = slots;
    this.mask = mask;
  }
}

export class KeyTable {
  readonly #shards = Array.from({ length: SHARDS }, () => new Shard());
  readonly #rows: LabelRows;

  constructor(rows: LabelRows) {
    this.#rows = rows;
  }

  get bytes(): number {
    return this.#shards.reduce((sum, { slots }) => sum + slots.byteLength, 0);
  }

  /**
   * The last row of every key, once. What is put in meanwhile may be left out; nothing else is, and a key that
   * gets another row meanwhile comes with one of them.
   */
  *listRows(): Generator<number> {
    for (const shard of this.#shards) {
      const { slots } = shard;
      // A shard that doubles leaves these slots as they are; one that does not may show a newer row of the key.
      for (let slot = 1; slot < slots.length; slot += 2)
        if (slots[slot] !== 0) yield slots[slot]! - 1;
    }
  }

  /** Makes room for so many keys at once. */
  reserve(keys: number): void {
    for (const shard of this.#shards) {
      while (shard.wouldFill(keys / SHARDS)) shard.double();
    }
  }

  /** The last row with exactly this key, plus 1; 0 = none. */
  find(key: KeyWords): number {
    const { hash } = key;
    const { slots, mask } = this.#shards[hash >>> 24]!;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const row = slots[2 * slot + 1]!;
      if (row === 0) return 0;
      if (slots[2 * slot] === hash && this.#rows.hasKey(row - 1, key)) return row;
    }
  }

  /** Makes `row` the last with this key; returns what {@link find} would have said before. */
  put(key: KeyWords, row: number): number {
    const { hash } = key;
    const shard = this.#shards[hash >>> 24]!;
    if (shard.wouldFill(shard.used)) shard.double();
    const { slots, mask } = shard;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const before = slots[2 * slot + 1]!;
      if (before !== 0 && (slots[2 * slot] !== hash || !this.#rows.hasKey(before - 1, key))) {
        continue;
      }
      slots[2 * slot] = hash;
      slots[2 * slot + 1] = row + 1;
      if (before === 0) shard.used += 1;
      return before;
    }
  }
}

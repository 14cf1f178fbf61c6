/**
 * Labels as the shared library holds them, each told by its number, and what the truth about an address
 * is. Forms are mixed as an exchange meets them, not as today's public packs do (nine in ten of whose
 * labels are of Bitcoin's oldest form).
 */
import type { BatchFacts } from '../../gateway/src/label/index/batch-table.ts';
import type { IndexedLabel } from '../../gateway/src/label/index/label-index.ts';

/** Family byte, bytes with it, and how many of a hundred addresses. */
const FORMS = [
  { family: 1, length: 21, share: 48 },
  { family: 2, length: 21, share: 8 },
  { family: 3, length: 21, share: 22 },
  { family: 4, length: 33, share: 6 },
  { family: 5, length: 21, share: 10 },
  { family: 6, length: 33, share: 4 },
  { family: 7, length: 65, share: 1 },
  { family: 8, length: 70, share: 1 },
] as const;
const FORM_OF = FORMS.flatMap((form) => new Array<(typeof FORMS)[number]>(form.share).fill(form));

/** One label in so many is of an address that has one already. */
const REPEATED = 8;
/** One label in so many was disputed later. */
const DISPUTED = 50;
const LARGE = 100_000;

/** Spreads a number over 32 bits; no two numbers come out as one. */
export function mix(number: number): number {
  let value = (number + 0x9e3779b9) | 0;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** The key of an address by its number; another number has another key. */
export function makeKey(address: number): Uint8Array {
  let word = mix(address);
  const { family, length } = FORM_OF[word % FORM_OF.length]!;
  const key = new Uint8Array(length);
  key[0] = family;
  for (let at = 1; at < length; at += 1) {
    const within = (at - 1) % 4;
    key[at] = word >>> (8 * within);
    if (within === 3) word = mix(word + at);
  }
  return key;
}

export const isDisputed = (label: number) => label % DISPUTED === 0;
export const lineOf = (label: number, index: number) => ({
  offset: 700 * index,
  length: 600 + (label % 100),
});

/** Labels by address: which, in the order in which they came. */
export class Truth {
  /** Addresses with a number below this have a label, others have none. */
  readonly addresses: number;
  readonly #addressOf: Uint32Array;
  readonly #firstOf: Uint32Array;
  readonly #next: Uint32Array;

  constructor(labels: number) {
    this.#addressOf = new Uint32Array(labels);
    this.#firstOf = new Uint32Array(labels);
    this.#next = new Uint32Array(labels);
    const last = new Uint32Array(labels);
    let addresses = 0;
    for (let label = 0; label < labels; label += 1) {
      const repeats = label > 0 && mix(label) % REPEATED === 0;
      // Some addresses are labelled again and again.
      const address = repeats ? Math.floor(addresses * (mix(~label) / 2 ** 32) ** 3) : addresses;
      this.#addressOf[label] = address;
      if (repeats) this.#next[last[address]!] = label;
      else this.#firstOf[addresses++] = label;
      last[address] = label;
    }
    this.addresses = addresses;
  }

  addressOf(label: number): number {
    return this.#addressOf[label]!;
  }

  *labelsOf(address: number): Generator<number, void, undefined> {
    for (let label = this.#firstOf[address]!; ; label = this.#next[label]!) {
      yield label;
      if (this.#next[label] === 0) return;
    }
  }
}

export interface BenchBatch extends BatchFacts {
  /** Number of its first label. */
  readonly first: number;
}

/** Most labels come in large batches, some in small ones, some alone. */
export function listBatches(labels: number): BenchBatch[] {
  const batches: BenchBatch[] = [];
  for (let first = 0; first < labels; ) {
    const rest = labels - first;
    const size = rest > LARGE ? LARGE : rest > 2000 ? 1000 : 1;
    const manifest = new Uint8Array(32).fill(batches.length);
    batches.push({ manifest, size, height: batches.length, position: 0, first });
    first += size;
  }
  return batches;
}

export function* labelsOfBatch(truth: Truth, { first, size }: BenchBatch): Generator<IndexedLabel> {
  for (let index = 0; index < size; index += 1) {
    const label = first + index;
    yield { key: makeKey(truth.addressOf(label)), ...lineOf(label, index) };
  }
}

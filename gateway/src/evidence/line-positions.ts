/** Where the lines of one manifest stand, and by what they are found: 16 bytes a line. */
import { MAX_BATCH_ITEMS } from '@tabellion/proof';

/** 37 bits of a digest: enough to find, and with the number of a line they are still one number. */
export function digestPrefix(sha256: string): number {
  return Math.floor(Number.parseInt(sha256.slice(0, 10), 16) / 8);
}

const FIRST_CAPACITY = 64;
const OFFSET_BYTES = Float64Array.BYTES_PER_ELEMENT;

export class LinePositions {
  #prefixes = new Float64Array(FIRST_CAPACITY);
  #offsets = new Float64Array(FIRST_CAPACITY);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The next line: the digest it commits to, and where it begins in the file. */
  add(sha256: string, offset: number): void {
    if (this.#size === this.#prefixes.length) {
      this.#prefixes = grow(this.#prefixes);
      this.#offsets = grow(this.#offsets);
    }
    this.#prefixes[this.#size] = digestPrefix(sha256);
    this.#offsets[this.#size] = offset;
    this.#size += 1;
  }

  /** See {@link digestPrefix}. */
  prefix(index: number): number {
    return this.#prefixes[index]!;
  }

  offset(index: number): number {
    return this.#offsets[index]!;
  }

  /** Of the lines from `first` to the one before `end`, or the last: see {@link decodeOffset}. */
  encodeOffsets(first: number, end: number): Uint8Array {
    const bytes = new DataView(new ArrayBuffer((Math.min(end, this.#size) - first) * OFFSET_BYTES));
    for (let at = 0; at < bytes.byteLength; at += OFFSET_BYTES) {
      bytes.setFloat64(at, this.offset(first + at / OFFSET_BYTES));
    }
    return new Uint8Array(bytes.buffer);
  }

  /** The lines in the order of their prefixes. */
  sort(): Float64Array {
    // As plain numbers, for a function that compares takes five times as long.
    const lines = new Float64Array(this.#size);
    for (let line = 0; line < this.#size; line += 1) {
      lines[line] = this.prefix(line) * MAX_BATCH_ITEMS + line;
    }
    return lines
      .sort()
      .map((number) => number - Math.floor(number / MAX_BATCH_ITEMS) * MAX_BATCH_ITEMS);
  }
}

/** One of those that `encodeOffsets` gave. */
export function decodeOffset(offsets: Uint8Array, at: number): number {
  const { buffer, byteOffset, byteLength } = offsets;
  return new DataView(buffer, byteOffset, byteLength).getFloat64(at * OFFSET_BYTES);
}

function grow(numbers: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * numbers.length);
  larger.set(numbers);
  return larger;
}

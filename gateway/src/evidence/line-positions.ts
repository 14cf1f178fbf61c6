/** Where the lines of one manifest stand, and by what they are found: 16 bytes a line. */

/** 48 bits of a digest: enough to find, small enough for an index and for a number. */
export function digestPrefix(sha256: string): number {
  return Number.parseInt(sha256.slice(0, 12), 16);
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
  sort(): Uint32Array {
    const prefixes = this.#prefixes;
    const lines = Uint32Array.from({ length: this.#size }, (_, line) => line);
    return lines.sort((one, other) => prefixes[one]! - prefixes[other]!);
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

/** Where the lines of one manifest stand, and by what they are found: 16 bytes a line. */

/** 48 bits of a digest: enough to find, small enough for an index and for a number. */
export function digestPrefix(sha256: string): number {
  return Number.parseInt(sha256.slice(0, 12), 16);
}

const FIRST_CAPACITY = 64;

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
}

function grow(numbers: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * numbers.length);
  larger.set(numbers);
  return larger;
}

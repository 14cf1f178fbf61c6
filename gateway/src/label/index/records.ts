/**
 * Records of a fixed number of 32-bit words, by number, in segments that are never moved: growing copies
 * nothing and takes the same short time however many there are. Nothing in it is an object of its own,
 * so the garbage collector has nothing to visit.
 */
const SEGMENT_BITS = 13;
const SEGMENT_RECORDS = 1 << SEGMENT_BITS;
const WITHIN = SEGMENT_RECORDS - 1;

/** Numbers fit in a word with one left over for "none". */
export const MAX_RECORDS = 0xffff_ffff;

export type Words = Uint32Array<ArrayBuffer>;

export class Records {
  /** Words a record. */
  readonly width: number;
  /** Segments nobody wrote to yet are missing. */
  readonly #segments: (Words | undefined)[] = [];
  #bytes = 0;

  constructor(width: number) {
    this.width = width;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Where a record's segment holds it. */
  at(record: number): number {
    return (record & WITHIN) * this.width;
  }

  /** The segment of a record that was written. */
  segment(record: number): Words {
    return this.#segments[record >>> SEGMENT_BITS]!;
  }

  /** The segment of a record that may be the first in it; it is zero where nothing was written. */
  reach(record: number): Words {
    const number = record >>> SEGMENT_BITS;
    const present = this.#segments[number];
    if (present !== undefined) return present;
    const segment = new Uint32Array(SEGMENT_RECORDS * this.width);
    this.#segments[number] = segment;
    this.#bytes += segment.byteLength;
    return segment;
  }

  /** Most words that {@link pieces} yields at once. */
  get pieceWords(): number {
    return SEGMENT_RECORDS * this.width;
  }

  /** The memory of consecutive records, segment by segment. */
  *pieces(first: number, end: number): Generator<Words, void, undefined> {
    for (let from = first; from < end; ) {
      const to = Math.min(end, (Math.floor(from / SEGMENT_RECORDS) + 1) * SEGMENT_RECORDS);
      const at = this.at(from);
      yield this.reach(from).subarray(at, at + (to - from) * this.width);
      from = to;
    }
  }
}

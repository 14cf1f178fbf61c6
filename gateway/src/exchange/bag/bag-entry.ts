/** A file on its way into a bag or out of one. */
export interface BagEntry {
  /** Relative to the bag's own directory. */
  readonly name: string;
  /** Bytes; of a foreign bag, as its container claims. */
  readonly size: number;
  /** To be read to the end before the next entry is asked for; at most once. */
  open(): AsyncIterable<Uint8Array>;
}

/**
 * The highest of many numbers of rows. Rows are numbered in the ledger's order, and mostly come from the newest to
 * the oldest; batches that were fetched late come in between.
 */
export class NewestRows {
  readonly #most: number;
  #kept: number[] = [];
  /** Whatever is not above it is not among the highest. */
  #least = -1;
  #seen = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Rows offered so far. */
  get seen(): number {
    return this.#seen;
  }

  offer(row: number): void {
    this.#seen += 1;
    if (row <= this.#least) return;
    this.#kept.push(row);
    // Twice as many as are wanted are kept meanwhile, so that it is seldom sorted.
    if (this.#kept.length < 2 * this.#most) return;
    this.#kept = this.take();
    this.#least = this.#kept[0]!;
  }

  /** In ascending order. */
  take(): number[] {
    const ascending = this.#kept.sort((one, other) => one - other);
    return ascending.slice(Math.max(0, ascending.length - this.#most));
  }
}

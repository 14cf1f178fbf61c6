import type { RecordReader } from './stored-record.ts';

/**
 * Finds transactions that were held back: their time lies before the latest time in earlier blocks less
 * the window in force (O-2; design, section 3).
 */
export class LateTransactions {
  readonly #records: RecordReader;
  #latest = 0;
  #latestInBlock = 0;
  #earliestTimely = 0;

  constructor(records: RecordReader) {
    this.#records = records;
  }

  startBlock(): void {
    this.#latest = Math.max(this.#latest, this.#latestInBlock);
    const window = this.#records.find('parameter', 'timeWindowSeconds')?.value;
    this.#earliestTimely = window === undefined ? 0 : this.#latest - window * 1000;
  }

  /** The earliest time that is in time: of what is late, when it was ordered at the soonest. */
  get earliestTimely(): number {
    return this.#earliestTimely;
  }

  /** A time that is no safe integer says nothing of any other. */
  isLate(at: number): boolean {
    if (!Number.isSafeInteger(at)) return false;
    this.#latestInBlock = Math.max(this.#latestInBlock, at);
    return at < this.#earliestTimely;
  }
}

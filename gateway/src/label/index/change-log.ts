/** What happened to labels and batches later, in the ledger's order; each points to the one before it. */
import type { LedgerPoint } from './ledger-point.ts';
import { Records } from './records.ts';

/** Snapshots hold the position in this list: it only grows at its end. */
export const LABEL_STATES = [
  'CORROBORATED',
  'OPINED',
  'SIGHTED',
  'DISPUTED',
  'ANSWERED',
  'SETTLED',
  'CORRECTED',
  'WITHDRAWN',
  'EXPIRED',
  'WITHHELD',
] as const;
export type LabelState = (typeof LABEL_STATES)[number];

export interface LabelChange extends LedgerPoint {
  readonly state: LabelState;
}

/** The change before it of the same label or batch, plus 1; 0 = none. */
const PREVIOUS = 0;
/** Row of the label, or number of the batch. */
const TARGET = 1;
/** Position in {@link LABEL_STATES}; {@link WHOLE_BATCH} is added for a batch. */
const KIND = 2;
const HEIGHT = 3;
const POSITION = 4;
export const CHANGE_WORDS = 5;
const WHOLE_BATCH = 256;

export interface ChangeTarget {
  readonly kind: 'LABEL' | 'BATCH';
  readonly number: number;
}

export class ChangeLog extends Records {
  #size = 0;

  constructor() {
    super(CHANGE_WORDS);
  }

  get size(): number {
    return this.#size;
  }

  append({ kind, number }: ChangeTarget, { state, height, position }: LabelChange): number {
    const change = this.#size;
    const words = this.reach(change);
    const at = this.at(change);
    words[at + TARGET] = number;
    words[at + KIND] = LABEL_STATES.indexOf(state) + (kind === 'BATCH' ? WHOLE_BATCH : 0);
    words[at + HEIGHT] = height;
    words[at + POSITION] = position;
    this.#size += 1;
    return change;
  }

  /** Changes up to that height. */
  countUpTo(height: number): number {
    let count = this.#size;
    while (count > 0 && this.height(count - 1) > height) count -= 1;
    return count;
  }

  /** Counts changes whose records were read back in place. */
  restore(size: number): void {
    this.#size = size;
  }

  setPrevious(change: number, previous: number): void {
    this.segment(change)[this.at(change) + PREVIOUS] = previous;
  }

  previous(change: number): number {
    return this.#word(change, PREVIOUS);
  }

  target(change: number): ChangeTarget {
    const kind = this.#word(change, KIND) < WHOLE_BATCH ? 'LABEL' : 'BATCH';
    return { kind, number: this.#word(change, TARGET) };
  }

  height(change: number): number {
    return this.#word(change, HEIGHT);
  }

  /** `undefined` where what was read back is none. */
  read(change: number): LabelChange | undefined {
    const state = LABEL_STATES[this.#word(change, KIND) % WHOLE_BATCH];
    if (state === undefined) return undefined;
    return { state, height: this.height(change), position: this.#word(change, POSITION) };
  }

  #word(change: number, word: number): number {
    return this.segment(change)[this.at(change) + word]!;
  }
}

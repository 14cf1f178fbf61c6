/**
 * The index with what it is worth: the height that it is level with, and how long ago that was known.
 * Where this is not enough to say that an address has no label, the answer is that it cannot be said.
 */
import { LabelIndexError } from './error.ts';
import type { LabelHit, LabelIndex } from './label-index.ts';

/** Everything up to the height was taken in, or announced, at that time. */
export interface Level {
  readonly height: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface LibraryOptions {
  readonly index: LabelIndex;
  /** Where the index stands; without it no answer can be given before {@link Library.advance}. */
  readonly level?: Level;
  /** How long ago the index may have been level with the ledger. */
  readonly maxAgeMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Why nothing can be said. */
export const STALE_REASONS = [
  /** Nothing was taken in yet. */
  'NOT_READY',
  /** Too long ago, or in the future of the clock. */
  'OLD',
  /** A batch up to the height was not fetched yet, or not in full. */
  'INCOMPLETE',
  /** The height that was asked for lies ahead. */
  'NOT_REACHED',
] as const;
export type StaleReason = (typeof STALE_REASONS)[number];

/** The same at every later time. `labels` is never empty, and never there with another verdict. */
export type PastAnswer =
  | {
      readonly verdict: 'LABELLED';
      readonly height: number;
      /** The newest, in the ledger's order. */
      readonly labels: readonly LabelHit[];
      /** Labels before these. */
      readonly older: number;
    }
  | { readonly verdict: 'NO_LABEL'; readonly height: number }
  | { readonly verdict: 'STALE'; readonly height: number | null; readonly reason: StaleReason };

export type Answer = PastAnswer & {
  /** Milliseconds since the index was level with the ledger; null before it ever was. */
  readonly ageMs: number | null;
};

export class Library {
  readonly #index: LabelIndex;
  readonly #maxAgeMs: number;
  readonly #now: () => number;
  #level: Level | undefined;

  constructor({ index, level, maxAgeMs, now }: LibraryOptions) {
    this.#index = index;
    this.#level = level;
    this.#maxAgeMs = maxAgeMs;
    this.#now = now;
  }

  get level(): Level | undefined {
    return this.#level;
  }

  /**
   * The ledger stands at this height, and the index has every batch and change up to there.
   * @throws LabelIndexError `LABEL_ORDER` if it stood higher before.
   */
  advance(height: number): void {
    const before = this.#level?.height ?? 0;
    if (height < before) {
      throw new LabelIndexError('LABEL_ORDER', `the ledger stood at ${before}, now at ${height}`);
    }
    this.#level = { height, at: this.#now() };
  }

  /** As of the height that the index is level with. @throws LabelIndexError `LABEL_RANGE`. */
  answer(key: Uint8Array): Answer {
    const level = this.#level;
    if (level === undefined) {
      return { verdict: 'STALE', reason: 'NOT_READY', height: null, ageMs: null };
    }
    const { height } = level;
    const ageMs = this.#now() - level.at;
    // A clock that was set back must not make the index young.
    if (Math.abs(ageMs) > this.#maxAgeMs) {
      return { verdict: 'STALE', reason: 'OLD', height, ageMs };
    }
    return { ...this.answerAsOf(key, height), ageMs };
  }

  /**
   * What was, or would have been, answered when the index was level with that height; nothing that
   * happens later changes it.
   * @param most labels that are told.
   * @throws LabelIndexError `LABEL_RANGE`.
   */
  answerAsOf(key: Uint8Array, height: number, most = Number.POSITIVE_INFINITY): PastAnswer {
    if (this.#level === undefined) return { verdict: 'STALE', reason: 'NOT_READY', height: null };
    if (height > this.#level.height) return { verdict: 'STALE', reason: 'NOT_REACHED', height };
    if (this.#index.findMissing(height) !== undefined) {
      return { verdict: 'STALE', reason: 'INCOMPLETE', height };
    }
    const { hits, older } = this.#index.findNewest(key, height, most);
    return hits.length === 0
      ? { verdict: 'NO_LABEL', height }
      : { verdict: 'LABELLED', height, labels: hits, older };
  }
}

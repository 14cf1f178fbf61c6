/**
 * How long to stay away after others extended a chain first. The unit is how long a try takes just now, so
 * that a slow ledger is asked less often. Each further loss doubles the time out of which the pause is
 * drawn; where nobody moved the chain during a pause in which others had time to, it begins anew.
 */
const LEAST_TRY_MS = 50;
const LONGEST_MS = 30_000;
const MOST_DOUBLINGS = 6;

export class Backoff {
  readonly #draw: () => number;
  #losses = 0;
  /** What the chain stood at if nobody has moved it since the last loss; -1 if the pause was too short to tell. */
  #unmoved = -1;

  /** `draw` gives numbers from 0 to 1. */
  constructor(draw: () => number = Math.random) {
    this.#draw = draw;
  }

  /** Milliseconds to wait after a try of this duration was to follow `sequence`, and another one did. */
  choosePause(sequence: number, tookMs: number): number {
    if (sequence === this.#unmoved) this.#losses = 0;
    this.#losses = Math.min(this.#losses + 1, MOST_DOUBLINGS);
    const unit = Math.max(tookMs, LEAST_TRY_MS);
    const pause = this.#draw() * Math.min(unit * 2 ** this.#losses, LONGEST_MS);
    this.#unmoved = pause > 2 * unit ? sequence + 1 : -1;
    return pause;
  }
}

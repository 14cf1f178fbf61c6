/**
 * Whether the clock of this machine may be believed. What is signed carries its time for ever, and a
 * time behind that of earlier blocks marks a transaction as held back (O-2): while the clock is wrong,
 * nothing is signed.
 */
import { uptime } from 'node:os';

export class ClockError extends Error {
  override readonly name = 'ClockError';
  readonly code = 'CLOCK_WRONG';
}

export interface ClockOptions {
  readonly now: () => number;
  /** Seconds that the machine runs, sleep included; setting its clock changes nothing of it. */
  readonly uptime?: () => number;
  /** By how much times may differ among honest machines, milliseconds. */
  readonly windowMs: number;
  /** Latest time of a transaction that must not be undercut, milliseconds since 1970; 0 without one. */
  readonly latest: () => number;
  /** Told once when it becomes wrong, for the operator. */
  readonly onWrong: (message: string) => void;
}

/** By so much a clock is corrected all the time, milliseconds. */
const UNCHANGED_MS = 1000;

/** Throws ClockError `CLOCK_WRONG` while the clock is not to be believed. */
export function createClockGuard(options: ClockOptions): () => void {
  const { now, windowMs, latest, onWrong } = options;
  const running = () => (options.uptime ?? uptime)() * 1000;
  const offset = now() - running();
  let isWrong = false;
  /** Between the clock and a counter that nobody sets, when the clock was last found right. */
  let right: number | undefined;

  const judge = (): string | undefined => {
    const set = now() - running() - offset;
    if (Math.abs(set) > windowMs) {
      const way = set > 0 ? 'forward' : 'back';
      return `the clock of this machine was set ${describe(set)} ${way} while the gateway ran: set it right, or start the gateway again if it is right now`;
    }
    const behind = latest() - now();
    if (behind <= windowMs) return undefined;
    return `the clock of this machine is ${describe(behind)} behind the latest transaction on the ledger: set it right; if it is right, and was ahead then, new transactions wait until it gets there`;
  };

  /** Asking the system how long it runs takes longer than all else that is done for an item. */
  const isAsBefore = () =>
    right !== undefined &&
    Math.abs(now() - performance.now() - right) < UNCHANGED_MS &&
    latest() - now() <= windowMs;

  return () => {
    if (isAsBefore()) return;
    const wrong = judge();
    right = wrong === undefined ? now() - performance.now() : undefined;
    if (wrong !== undefined && !isWrong) onWrong(wrong);
    isWrong = wrong !== undefined;
    if (wrong !== undefined) throw new ClockError(wrong);
  };
}

function describe(milliseconds: number): string {
  const minutes = Math.round(Math.abs(milliseconds) / 60_000);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

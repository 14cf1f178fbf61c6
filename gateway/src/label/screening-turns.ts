/** Lets others get their turn while many addresses are looked up, by what the look-ups cost. */
import { setImmediate } from 'node:timers/promises';
import type { Finding } from './screen.ts';

/** Look-ups and lines read in one turn. */
const TURN = 64;
/** Labels that are only counted, for what one line costs. */
const COUNTED_A_LINE = 1024;

/** Returns what is to be called after each look-up, and waited for where it gives something to wait for. */
export function createTurns(): (found: Finding) => Promise<void> | undefined {
  let spent = 0;
  return ({ labels = [], omitted = 0 }) => {
    spent += 1 + labels.length + omitted / COUNTED_A_LINE;
    if (spent < TURN) return undefined;
    spent = 0;
    return setImmediate();
  };
}

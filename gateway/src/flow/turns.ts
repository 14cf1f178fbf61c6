/** Long work on one thread in turns, so that others are answered meanwhile. */
import { setImmediate } from 'node:timers/promises';

/** One turn, milliseconds. It decides when others go on, never what is answered. */
const TURN_MS = 10;

export type Turn = () => Promise<void>;

/** To be awaited before every piece of the work. */
export function createTurns(): Turn {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < TURN_MS) return;
    await setImmediate();
    since = performance.now();
  };
}

/** Long work on one thread in turns, so that others are answered meanwhile. */
import { setImmediate } from 'node:timers/promises';

/** One turn, milliseconds. It decides when others go on, never what is answered. */
const TURN_MS = 10;

/** To be awaited before every piece of the work. @throws the signal's reason, once it fires. */
export type Turn = () => Promise<void>;

/**
 * Turns for whatever is worked on at once. Those who wait stand in one line, so that everybody else waits for one
 * turn, however many stand in it.
 */
export function createTurns(): (signal?: AbortSignal) => Turn {
  let line: Promise<unknown> = Promise.resolve();
  return (signal) => {
    let since = performance.now();
    return async () => {
      signal?.throwIfAborted();
      if (performance.now() - since < TURN_MS) return;
      line = line.then(() => setImmediate());
      await line;
      since = performance.now();
    };
  };
}

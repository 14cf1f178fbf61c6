/** Blocks of the member's own peer, from any height on, across lost connections. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LedgerError } from '../port.ts';
import { isTransient } from './wait.ts';

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5000;

/** A stream of blocks from `from` on, whichever client opens it; it fails with LedgerError only. */
export type OpenStream = (
  from: number,
  signal: AbortSignal,
) => AsyncIterable<{ readonly number: number; readonly bytes: Uint8Array }>;

/** The peer's stream ended: nothing was wrong with who reads it. */
export class StreamBroken extends LedgerError {
  constructor(message: string, context: { cause?: unknown } = {}) {
    super('UNAVAILABLE', message, context);
  }
}

/**
 * `common.Block` bytes without a gap until the signal ends. A stream that breaks, because the peer is
 * restarted for example, is resumed at the first block that was not handed on.
 * @throws LedgerError other than `UNAVAILABLE`: that would not pass by waiting.
 */
export async function* followBlocks(
  open: OpenStream,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let next = from;
  for (let pause = FIRST_PAUSE; !signal.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      for await (const block of open(next, signal)) {
        next = block.number + 1;
        pause = FIRST_PAUSE;
        yield block.bytes;
      }
    } catch (error) {
      if (!isTransient(error)) throw error;
    }
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}

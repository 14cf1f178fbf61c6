/** Blocks of the member's own peer, from any height on, across lost connections. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Network } from '@hyperledger/fabric-gateway';

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5000;

/**
 * `common.Block` bytes without a gap until the signal ends. A stream that breaks, because the peer is
 * restarted for example, is resumed at the first block that was not handed on.
 */
export async function* followBlocks(
  network: Network,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let next = from;
  for (let pause = FIRST_PAUSE; !signal.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      for await (const block of streamBlocks(network, next, signal)) {
        next = block.number + 1;
        pause = FIRST_PAUSE;
        yield block.bytes;
      }
    } catch (error) {
      if (!(error instanceof StreamBroken)) throw error;
    }
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}

/** The peer's stream ended: nothing was wrong with who reads it. */
class StreamBroken extends Error {}

async function* streamBlocks(
  network: Network,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<{ number: number; bytes: Uint8Array }> {
  const events = await network
    .getBlockEvents({ startBlock: BigInt(from) })
    .catch((cause) => Promise.reject(new StreamBroken('no stream', { cause })));
  const stop = () => events.close();
  signal.addEventListener('abort', stop, { once: true });
  const iterator = events[Symbol.asyncIterator]();
  try {
    while (!signal.aborted) {
      const { done, value } = await iterator
        .next()
        .catch((cause) => Promise.reject(new StreamBroken('the stream broke', { cause })));
      if (done) return;
      yield { number: value.getHeader()?.getNumber() ?? 0, bytes: value.serializeBinary() };
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

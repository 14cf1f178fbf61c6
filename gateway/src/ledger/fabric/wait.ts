/** Waiting for a transaction to be known, across everything that may happen to the connection. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type CommitStatus, LedgerError } from '../port.ts';

const RETRY_MS = 200;

/** Whether asking again may help: the peer is not there, is busy, or did not answer in time. */
export const isTransient = (error: unknown): boolean =>
  error instanceof LedgerError && error.code === 'UNAVAILABLE';

/**
 * Asks for one transaction ID again and again until the peer knows, whatever happens to the connection
 * meanwhile. A submission that timed out is cleared up in the same way.
 * @throws LedgerError `UNKNOWN` when the signal ends the wait; otherwise what `ask` throws, unless
 *   that is `UNAVAILABLE`.
 */
export async function awaitKnown(
  ask: () => Promise<CommitStatus>,
  txId: string,
  signal: AbortSignal,
): Promise<CommitStatus> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const end = () =>
    reject(new LedgerError('UNKNOWN', 'not known to be committed, which it may yet be', { txId }));
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([ended, poll(ask, signal)]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

async function poll(ask: () => Promise<CommitStatus>, signal: AbortSignal): Promise<CommitStatus> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted || !isTransient(error)) throw error;
    }
    await sleep(RETRY_MS);
  }
}

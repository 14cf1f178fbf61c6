/** Lets readers wait for the next block. They pull, so a slow reader holds nothing up. */
import type { LedgerError } from '../port.ts';

export class Followers {
  #waiting = new Set<() => void>();
  #stopped: LedgerError | null = null;

  /** Ends at the next commit, or when the signal or the end of the ledger ends the wait. */
  async next(signal?: AbortSignal): Promise<void> {
    if (this.#stopped || signal?.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    this.#waiting.add(wake);
    signal?.addEventListener('abort', wake, { once: true });
    await promise;
    this.#waiting.delete(wake);
    signal?.removeEventListener('abort', wake);
  }

  notify(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }

  /** Wakes everybody for good. */
  stop(reason: LedgerError): void {
    this.#stopped ??= reason;
    this.notify();
  }

  get stopped(): LedgerError | null {
    return this.#stopped;
  }
}

/**
 * Executions read one committed state; a block that committed between two reads of one execution
 * would show it two. So a commit waits for running executions, and new ones wait for the commit, as
 * on a Fabric peer.
 */
export class Gate {
  #readers = 0;
  /** Ends when the waiting or running writer is through. */
  #writer: Promise<void> | null = null;
  #drained: (() => void) | null = null;

  async read<T>(execution: () => Promise<T>): Promise<T> {
    while (this.#writer !== null) await this.#writer;
    this.#readers += 1;
    try {
      return await execution();
    } finally {
      this.#readers -= 1;
      if (this.#readers === 0) this.#drained?.();
    }
  }

  /** One writer at a time: the committer. */
  async write<T>(commit: () => T): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#writer = promise;
    try {
      if (this.#readers > 0) {
        await new Promise<void>((drained) => {
          this.#drained = drained;
        });
      }
      return commit();
    } finally {
      this.#drained = null;
      this.#writer = null;
      resolve();
    }
  }
}

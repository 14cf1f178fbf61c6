/**
 * Gathers items that wait for an answer into batches: one fills while the one before commits. A batch
 * closes by size or age; whoever placed an item waits for its batch.
 */
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import type { ItemFacts } from './commitment.ts';
import { EvidenceError } from './error.ts';
import { type MadeManifest, ManifestWriter } from './manifest-writer.ts';

export interface FilledBatch extends MadeManifest {
  /** Earliest collection, milliseconds since 1970. */
  readonly collectedAt: number;
}

/** Where a batch went. */
export interface Committed {
  /** Digest of the batch record. */
  readonly digest: string;
  readonly txId: string;
}

/** A batch that items were placed in, as those who wait for it see it. */
export interface WaitedBatch {
  readonly committed: Promise<Committed>;
  /** Merkle leaf hash of the item there, hex. */
  leaf(index: number): string;
}

export interface Placed {
  readonly index: number;
  readonly batch: WaitedBatch;
}

export interface BatcherOptions {
  /** Most items in a batch, 1 to 65,536. */
  readonly batchItems: number;
  /** An item waits at most this long for its batch to close if no earlier batch is on its way. */
  readonly maxAgeMs: number;
  /** The batch closes earlier if no further item has come for so long. */
  readonly quietMs: number;
}

class FillingBatch implements WaitedBatch {
  readonly #manifest = new ManifestWriter();
  readonly #settled = Promise.withResolvers<Committed>();
  #collectedAt = Number.MAX_SAFE_INTEGER;

  constructor() {
    // Whoever waits gets the rejection; that nobody waits is no error of its own.
    this.#settled.promise.catch(() => undefined);
  }

  get size(): number {
    return this.#manifest.size;
  }

  get committed(): Promise<Committed> {
    return this.#settled.promise;
  }

  leaf(index: number): string {
    return this.#manifest.leaf(index);
  }

  add(item: ItemFacts, collectedAt: number): Placed {
    const index = this.size;
    this.#manifest.add(item);
    this.#collectedAt = Math.min(this.#collectedAt, collectedAt);
    return { index, batch: this };
  }

  async commit(commit: (batch: FilledBatch) => Promise<Committed>): Promise<void> {
    try {
      const batch = { ...this.#manifest.finish(), collectedAt: this.#collectedAt };
      this.#settled.resolve(await commit(batch));
    } catch (error) {
      this.#settled.reject(error);
    }
  }

  fail(error: unknown): void {
    this.#settled.reject(error);
  }
}

export class Batcher {
  readonly #options: BatcherOptions;
  readonly #commit: (batch: FilledBatch) => Promise<Committed>;
  #filling = new FillingBatch();
  #running: Promise<void> | undefined;
  /** Wakes the loop when the batch is full, before its age. */
  #full = Promise.withResolvers<void>();
  #room = Promise.withResolvers<void>();
  #closed = false;

  constructor(options: BatcherOptions, commit: (batch: FilledBatch) => Promise<Committed>) {
    this.#options = options;
    this.#commit = commit;
  }

  /** Whether an item can be placed now; else wait for `room`. */
  get hasRoom(): boolean {
    return this.#filling.size < this.#options.batchItems;
  }

  /** Resolves when the batch that is full has made way for the next one. */
  room(): Promise<void> {
    return this.hasRoom ? Promise.resolve() : this.#room.promise;
  }

  /** @throws EvidenceError `STOPPED` once closed, `TOO_LARGE` without room, `ITEM_INVALID`. */
  place(item: ItemFacts, collectedAt: number): Placed {
    if (this.#closed) throw new EvidenceError('STOPPED', 'the gateway is stopping');
    if (!this.hasRoom) throw new EvidenceError('TOO_LARGE', 'the batch is full: wait for room');
    const placed = this.#filling.add(item, collectedAt);
    if (!this.hasRoom) this.#full.resolve();
    this.#running ??= this.#run();
    return placed;
  }

  /** Commits what waits, takes nothing more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#full.resolve();
    await this.#running;
  }

  async #run(): Promise<void> {
    await this.#waitForOthers();
    while (this.#filling.size > 0) {
      const batch = this.#filling;
      this.#filling = new FillingBatch();
      this.#full = Promise.withResolvers();
      this.#room.resolve();
      this.#room = Promise.withResolvers();
      // While this one commits the next one fills, and needs no further wait for its age.
      await batch.commit(this.#commit);
    }
    // At once after the last look: an item placed between the two would wait for the next one.
    this.#running = undefined;
  }

  /** Whoever asks often waits for an answer before asking again: once all have, nobody else will come. */
  async #waitForOthers(): Promise<void> {
    const { maxAgeMs, quietMs } = this.#options;
    const timer = new AbortController();
    const since = performance.now();
    for (let seen = 0; seen < this.#filling.size; ) {
      seen = this.#filling.size;
      const left = maxAgeMs - (performance.now() - since);
      if (left <= 0 || this.#closed || !this.hasRoom) break;
      const pause = delay(Math.min(quietMs, left), undefined, { signal: timer.signal });
      await Promise.race([this.#full.promise, pause.catch(() => undefined)]);
      // What came meanwhile may wait to be read: on a busy machine a timer is late, and then comes first.
      await setImmediate();
    }
    timer.abort();
  }
}

/**
 * Gathers items that wait for an answer into batches: one fills while the one before commits. A batch
 * closes by size or age; whoever placed an item waits for its batch.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { drawSalt, encodeCommitment, type ItemFacts } from './commitment.ts';
import { EvidenceError } from './error.ts';
import { digestPrefix, type IndexedLine } from './item-index.ts';
import { ManifestDigest, type ManifestFacts } from './manifest.ts';

export interface FilledBatch extends ManifestFacts {
  readonly lines: readonly Uint8Array[];
  /** What the index needs, line by line. */
  readonly items: readonly IndexedLine[];
  /** Earliest collection, milliseconds since 1970. */
  readonly collectedAt: number;
}

/** Where a batch went. */
export interface Committed {
  /** Digest of the batch record. */
  readonly digest: string;
  readonly txId: string;
}

export interface Placed {
  readonly index: number;
  readonly leaf: Uint8Array;
  /** Settles with the item's batch. */
  readonly committed: Promise<Committed>;
}

export interface BatcherOptions {
  /** Most items in a batch, 1 to 65,536. */
  readonly batchItems: number;
  /** An item waits at most this long for its batch to close if no earlier batch is on its way. */
  readonly maxAgeMs: number;
}

class FillingBatch {
  readonly #digest = new ManifestDigest();
  readonly #lines: Uint8Array[] = [];
  readonly #items: IndexedLine[] = [];
  readonly #settled = Promise.withResolvers<Committed>();
  #offset = 0;
  #collectedAt = Number.MAX_SAFE_INTEGER;

  constructor() {
    // Whoever waits gets the rejection; that nobody waits is no error of its own.
    this.#settled.promise.catch(() => undefined);
  }

  get size(): number {
    return this.#lines.length;
  }

  add(item: ItemFacts, collectedAt: number): Placed {
    const line = encodeCommitment(item, drawSalt());
    const leaf = this.#digest.add(line, item.size);
    this.#items.push({ prefix: digestPrefix(item.digest.sha256), offset: this.#offset });
    this.#offset += line.length + 1;
    this.#collectedAt = Math.min(this.#collectedAt, collectedAt);
    const index = this.#lines.push(line) - 1;
    return { index, leaf, committed: this.#settled.promise };
  }

  async commit(commit: (batch: FilledBatch) => Promise<Committed>): Promise<void> {
    try {
      const batch = {
        ...this.#digest.finish(),
        lines: this.#lines,
        items: this.#items,
        collectedAt: this.#collectedAt,
      };
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
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return placed;
  }

  /** Commits what waits, takes nothing more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#full.resolve();
    await this.#running;
  }

  async #run(): Promise<void> {
    await this.#waitForAge();
    while (this.#filling.size > 0) {
      const batch = this.#filling;
      this.#filling = new FillingBatch();
      this.#full = Promise.withResolvers();
      this.#room.resolve();
      this.#room = Promise.withResolvers();
      // While this one commits the next one fills, and needs no further wait for its age.
      await batch.commit(this.#commit);
    }
  }

  async #waitForAge(): Promise<void> {
    const timer = new AbortController();
    await Promise.race([
      this.#full.promise,
      delay(this.#options.maxAgeMs, undefined, { signal: timer.signal }).catch(() => undefined),
    ]);
    timer.abort();
  }
}

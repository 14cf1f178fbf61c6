/**
 * Everything that a gateway anchors for one acquisition with its own key, in one chain: batches of
 * items that somebody waits for, and items that were taken against a receipt.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type AnchorPorts, anchorBatch, forgetfulLog } from './anchor.ts';
import { Batcher, type BatcherOptions, type Committed, type FilledBatch } from './batcher.ts';
import { Drain, drainBatches } from './drain.ts';
import { EvidenceError } from './error.ts';
import { manifestChunks } from './manifest.ts';
import type { ManifestStore } from './manifest-store.ts';
import type { PendingItem, PendingItems } from './pending-items.ts';

/** Between two attempts to anchor what is spooled. */
const LONGEST_PAUSE_MS = 60_000;

export interface LaneOptions extends BatcherOptions {
  readonly acquisition: string;
  readonly ports: AnchorPorts;
  readonly manifests: ManifestStore;
  /** Opens the durable items of this acquisition; called when there are some. */
  readonly openItems: () => PendingItems;
  /** A spooled batch could not be anchored; it stays and is tried again. */
  readonly onSpoolFailure: (error: unknown) => void;
  readonly retryMs: number;
}

export class Lane {
  readonly #options: LaneOptions;
  readonly batcher: Batcher;
  readonly #drain: Drain;
  readonly #stop = new AbortController();
  /** One commit at a time: a chain has one head. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Open while they are drained: a gateway has more acquisitions than a process has files. */
  #items: PendingItems | undefined;
  #draining: Promise<void> = Promise.resolve();
  #spoolFailure: unknown;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.batcher = new Batcher(options, (batch) => this.#takeTurn(() => this.#commit(batch)));
    this.#drain = new Drain(() => this.#drainSpool());
  }

  /** Takes items durably; anchors them soon. Returns the receipt's ID. */
  spool(items: readonly PendingItem[]): string {
    const receipt = `${this.#options.acquisition}.${randomBytes(16).toString('hex')}`;
    if (this.#stop.signal.aborted) throw new EvidenceError('STOPPED', 'the gateway is stopping');
    this.useItems((open) => open.accept(receipt, items));
    this.resume();
    return receipt;
  }

  /** Anchors what is spooled, also what an earlier process left. */
  resume(): void {
    this.#draining = this.#drain.kick().catch(() => undefined);
  }

  /** Opens the durable items for as long as it takes, or uses the open ones. */
  useItems<T>(use: (items: PendingItems) => T): T {
    if (this.#items !== undefined) return use(this.#items);
    const items = this.#options.openItems();
    try {
      return use(items);
    } finally {
      items.close();
    }
  }

  /** Why spooled items are still not anchored, if the last attempt failed. */
  get spoolFailure(): unknown {
    return this.#spoolFailure;
  }

  async close(): Promise<void> {
    await this.batcher.close();
    this.#stop.abort();
    await this.#draining;
  }

  #takeTurn<T>(step: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(step);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #commit(batch: FilledBatch): Promise<Committed> {
    const { acquisition, manifests, ports } = this.#options;
    const { digest: manifest, root, size, bytes, collectedAt } = batch;
    await manifests.putOwn(
      { digest: manifest, acquisition, root, size, bytes },
      batch.items,
      manifestChunks(batch.lines),
    );
    const content = { acquisition, manifest, root, size, bytes, collectedAt };
    return anchorBatch(content, ports, forgetfulLog());
  }

  async #drainSpool(): Promise<void> {
    const { maxAgeMs, retryMs, onSpoolFailure } = this.#options;
    const signal = this.#stop.signal;
    // Items that come close to one another share a batch.
    await delay(maxAgeMs, undefined, { signal });
    for (let pause = retryMs; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        await this.#takeTurn(() => this.#drainItems(signal));
        this.#spoolFailure = undefined;
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#spoolFailure = error;
        onSpoolFailure(error);
        await delay(pause, undefined, { signal });
      }
    }
  }

  async #drainItems(signal: AbortSignal): Promise<void> {
    const { ports, manifests, openItems } = this.#options;
    const items = openItems();
    this.#items = items;
    try {
      items.seal();
      await drainBatches(
        items,
        { ...ports, putManifest: (announced, body) => manifests.put(announced, body) },
        { signal },
      );
    } finally {
      this.#items = undefined;
      items.close();
    }
  }
}

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
import type { ManifestStore } from './manifest-store.ts';
import type { PendingItem, PendingItems } from './pending-items.ts';

/** Between two attempts to anchor what is spooled: somebody may wait for it. */
const LONGEST_PAUSE_MS = 10_000;

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
  /** Open while they are used: a gateway has more acquisitions than a process has files. */
  #items: PendingItems | undefined;
  #users = 0;
  #draining: Promise<void> = Promise.resolve();
  #spoolFailure: unknown;
  #changed = Promise.withResolvers<void>();

  constructor(options: LaneOptions) {
    this.#options = options;
    this.batcher = new Batcher(options, (batch) => this.#takeTurn(() => this.#commit(batch)));
    this.#drain = new Drain(() => this.#drainSpool());
  }

  /** A receipt that nobody has. */
  drawReceipt(): string {
    return `${this.#options.acquisition}.${randomBytes(16).toString('hex')}`;
  }

  /**
   * Takes items durably, unless the receipt stands for them already; anchors them soon.
   * @throws EvidenceError `STOPPED`, `IDEMPOTENCY_KEY_REUSED`.
   */
  spool(receipt: string, items: readonly PendingItem[]): void {
    if (this.isClosed) throw new EvidenceError('STOPPED', 'the gateway is stopping');
    this.useItems((open) => open.accept(receipt, items));
    this.resume();
  }

  /** Anchors what is spooled, also what an earlier process left. */
  resume(): void {
    this.#draining = this.#drain.kick().catch(() => undefined);
  }

  /** Opens the durable items for as long as it takes, or uses the open ones. */
  useItems<T>(use: (items: PendingItems) => T): T {
    using held = this.holdItems();
    return use(held.items);
  }

  /** Keeps the durable items open. */
  holdItems(): Disposable & { readonly items: PendingItems } {
    const items = this.#items ?? this.#options.openItems();
    this.#items = items;
    this.#users += 1;
    return {
      items,
      [Symbol.dispose]: () => {
        this.#users -= 1;
        if (this.#users > 0) return;
        this.#items = undefined;
        items.close();
      },
    };
  }

  /** Resolves when spooled items have been anchored, or could not be. */
  get changed(): Promise<void> {
    return this.#changed.promise;
  }

  get isClosed(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Why spooled items are still not anchored, if the last attempt failed. */
  get spoolFailure(): unknown {
    return this.#spoolFailure;
  }

  async close(): Promise<void> {
    await this.batcher.close();
    this.#stop.abort();
    await this.#draining;
    this.#tellChange();
  }

  #takeTurn<T>(step: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(step);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #commit(batch: FilledBatch): Promise<Committed> {
    const { acquisition, manifests, ports } = this.#options;
    const { digest: manifest, root, size, bytes, collectedAt, positions, chunks } = batch;
    const stored = { digest: manifest, acquisition, root, size, bytes };
    await manifests.putOwn(stored, positions, chunks);
    for (const chunk of chunks) freeMemory(chunk);
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
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#spoolFailure = error;
        onSpoolFailure(error);
        this.#tellChange();
        await delay(pause, undefined, { signal });
      }
    }
  }

  async #drainItems(signal: AbortSignal): Promise<void> {
    const { ports, manifests } = this.#options;
    using held = this.holdItems();
    held.items.seal();
    const onAnchored = () => {
      this.#spoolFailure = undefined;
      this.#tellChange();
    };
    await drainBatches(
      held.items,
      { ...ports, putManifest: (announced, body) => manifests.put(announced, body) },
      { signal, onAnchored },
    );
  }

  #tellChange(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** At once, not when the collector comes by: a stream of items would hold several batches meanwhile. */
function freeMemory(bytes: Uint8Array<ArrayBuffer>): void {
  bytes.buffer.transfer(0);
}

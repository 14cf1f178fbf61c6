/** Brings what was stored into the index behind the answers, one manifest after the other. */
import { setImmediate } from 'node:timers/promises';
import { isDiskFull } from '../http/disk-full.ts';
import type { ItemIndex, StoredManifest } from './item-index.ts';
import type { LinePositions } from './line-positions.ts';

export class ItemIndexing {
  readonly #index: ItemIndex;
  #adding: Promise<void> = Promise.resolve();
  /** Items that are not in the index yet, by manifest; on a full disk they stay. */
  readonly #waiting = new Map<string, LinePositions>();
  /** Merging waits for nobody, and nobody who looks something up waits for it. */
  #merging: Promise<void> = Promise.resolve();
  #mayMerge = true;

  constructor(index: ItemIndex) {
    this.#index = index;
  }

  add(manifest: StoredManifest, items: LinePositions): void {
    this.#index.addManifest(manifest, items);
    this.#waiting.set(manifest.digest, items);
    this.#adding = this.#adding.then(() => this.#addWaiting()).catch(ignoreFullDisk);
  }

  /** Resolves once all is in the index. @throws when there is no room for it; it stays to be tried again. */
  async complete(): Promise<void> {
    // In turn with others: what two of them added at once would be found twice.
    const adding = this.#adding.then(() => this.#addWaiting());
    this.#adding = adding.catch(ignoreFullDisk);
    await adding;
  }

  /** Forgets all that is in the index and all that waits. */
  async clear(): Promise<void> {
    await this.stop();
    this.#waiting.clear();
    this.#index.clear();
    this.#mayMerge = true;
  }

  /** Waits for what is under way; a merge is left off, and what it wrote is not used. */
  async stop(): Promise<void> {
    await this.#adding;
    this.#mayMerge = false;
    await this.#merging;
  }

  async #addWaiting(): Promise<void> {
    for (const [digest, items] of this.#waiting) {
      for (const _ of this.#index.addItems(digest, items)) await setImmediate();
      this.#waiting.delete(digest);
      this.#merging = this.#merging.then(() => this.#merge()).catch(ignoreFullDisk);
    }
  }

  async #merge(): Promise<void> {
    for (const _ of this.#index.merge()) {
      if (!this.#mayMerge) return;
      await setImmediate();
    }
  }
}

/** The rest of a full disk's index comes when there is room; any other failure ends the process. */
function ignoreFullDisk(error: unknown): void {
  if (!isDiskFull(error)) throw error;
}

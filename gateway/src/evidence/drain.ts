/** Carries sealed batches to the ledger, one after the other, beside the work that makes them. */
import { type AnchorOptions, type AnchorPorts, anchorBatch } from './anchor.ts';
import { manifestChunks } from './manifest.ts';
import type { Announced } from './manifest-store.ts';
import type { ConfirmedBatch, PendingItems, SealedBatch } from './pending-items.ts';

export interface DrainPorts extends AnchorPorts {
  /** Stores the manifest durably; resolves once it is. Repeating is harmless. */
  putManifest(announced: Announced, body: Iterable<Uint8Array>): Promise<unknown>;
}

/**
 * Anchors every sealed batch that is not known to be on the ledger, earliest first. Batches that an
 * earlier process submitted are looked for before they are submitted anew.
 * @throws as `putManifest` and `anchorBatch` do; what was anchored until then is confirmed.
 */
export async function drainBatches(
  items: PendingItems,
  ports: DrainPorts,
  options: AnchorOptions & { readonly onAnchored?: (batch: ConfirmedBatch) => void } = {},
): Promise<void> {
  for (;;) {
    const batch = items.firstUnconfirmed();
    if (batch === undefined) return;
    options.signal?.throwIfAborted();
    await ports.putManifest(announce(batch), manifestChunks(items.lines(batch)));
    const { digest, txId } = await anchorBatch(batch, ports, items.attemptsOf(batch), options);
    items.confirm(batch, { digest, txId });
    options.onAnchored?.({ ...batch, batch: digest, txId });
  }
}

function announce({ acquisition, manifest, root, size, bytes }: SealedBatch): Announced {
  return { acquisition, digest: manifest, root, size, bytes };
}

/** Runs a drain whenever there is something to drain, never two at once. */
export class Drain {
  readonly #drain: () => Promise<void>;
  #running: Promise<void> | undefined;
  #again = false;

  constructor(drain: () => Promise<void>) {
    this.#drain = drain;
  }

  /** Call after each seal. The promise is for those who wait; a failure reaches all of them. */
  kick(): Promise<void> {
    this.#again = true;
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false;
        await this.#drain();
      }
    } finally {
      // At once after the last look: a kick between the two would start nothing.
      this.#running = undefined;
    }
  }
}

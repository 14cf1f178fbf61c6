/** Opens what an anchoring keeps on the collector's disk, once it is known what to anchor for. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_BATCH_ITEMS } from '@tabellion/proof';
import type { AnchorContext, AnchorReader } from './anchor.ts';
import { PendingItems } from './pending-items.ts';

export interface AnchorStateOptions {
  readonly acquisition: string;
  /** Local state: what was hashed and submitted, and the report. Kept until the acquisition closes. */
  readonly stateDirectory: string;
  /** Most items in a batch; the parameter `batchMaxItems` unless told otherwise. */
  readonly batchItems?: number;
  readonly now?: () => number;
}

export interface AnchorState {
  readonly items: PendingItems;
  readonly context: AnchorContext;
  /** What a finished collection yielded was collected by its end, whenever it is taken in. */
  readonly collectedAt: () => number;
}

/** @throws EvidenceError `ACQUISITION_UNKNOWN` before anything is opened, `STATE_IN_USE`. */
export async function openAnchorState(
  options: AnchorStateOptions,
  reader: AnchorReader,
): Promise<AnchorState> {
  const { acquisition, stateDirectory, now = Date.now } = options;
  const context = await reader.readContext(acquisition);
  mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  const batchItems = Math.min(
    options.batchItems ?? MAX_BATCH_ITEMS,
    context.parameters.batchMaxItems,
    MAX_BATCH_ITEMS,
  );
  const file = join(stateDirectory, `${acquisition}.sqlite`);
  const end = context.acquisition.endedAt ?? Number.MAX_SAFE_INTEGER;
  return {
    items: new PendingItems(file, acquisition, batchItems),
    context,
    collectedAt: () => Math.min(now(), end),
  };
}

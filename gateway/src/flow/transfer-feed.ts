/** Keeps the table of observed transfers level with the ledger. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { LabelBatchRecord } from '@tabellion/chaincode/label/record';
import { toHex } from '@tabellion/proof';
import { type BatchPorts, readBatch } from '../label/read-batch.ts';
import { digestOf, type LabelView } from '../label/view.ts';
import type { LedgerPosition } from '../projection/cursor.ts';
import type { Projection } from '../projection/projection.ts';
import type { ProjectedRecord } from '../projection/records.ts';
import {
  openTransferTable,
  type PlacedTransfer,
  type TransferBatch,
  type TransferTable,
} from './transfer-table.ts';

export interface TransferFeedOptions extends BatchPorts {
  readonly directory: string;
  readonly projection: Projection;
  readonly view: LabelView;
  readonly onFailure?: ((error: unknown) => void) | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface TransferFeed {
  /** Undefined before the ledger was read. */
  readonly table: TransferTable | undefined;
  /** Blocks up to which every batch was looked at; undefined where that is too long ago to be relied on. */
  readonly height: number | undefined;
  /** Batches below a height whose manifest is not here, and that count there all the same. */
  listMissing(height: number): readonly TransferBatch[];
  /** The manifest of a batch was found to be not what it was. */
  tellDamaged(batch: string): void;
  close(): Promise<void>;
}

const LEVEL_MS = 1000;
const RETRY_MS = 10_000;
/** Without having come level for so long, nothing can be said, milliseconds. */
const MAX_AGE_MS = 30_000;
const PAGE = 200;
const START: LedgerPosition = [-1, -1];

export function startTransferFeed(options: TransferFeedOptions): TransferFeed {
  const { projection, view, manifests, logger, now } = options;
  const stop = new AbortController();
  let table: TransferTable | undefined;
  /** Of the last batch that was looked at, of whatever content. */
  let after: LedgerPosition | undefined;
  let level: { readonly height: number; readonly at: number } | undefined;
  /** Files that are damaged, and that nobody gives again, by when they came. */
  const useless = new Map<string, number>();

  const takeBatch = async (
    into: TransferTable,
    act: ProjectedRecord<LabelBatchRecord>,
  ): Promise<void> => {
    const { record, block, position } = act;
    const digest = digestOf(act);
    const { manifest } = record;
    const lines: PlacedTransfer[] = [];
    const found = await readBatch(options, digest, record, {
      transfer: ({ statement, offset, length }) => void lines.push({ statement, offset, length }),
    });
    const batch = { digest, manifest, block, position };
    await into.take(batch, found === 'ABSENT' ? undefined : found === 'VOID' ? [] : lines);
    const usedAt = manifests.stat(manifest)?.usedAt;
    if (found === 'ABSENT' && usedAt !== undefined) useless.set(manifest, usedAt);
  };

  const catchUp = async () => {
    const { height } = projection;
    const genesis = view.genesis();
    if (genesis === undefined) return;
    table ??= openTransferTable(join(options.directory, 'transfers.sqlite'), toHex(genesis));
    for (const { digest, manifest } of table.listMissing()) {
      const batch = view.findBatch(digest);
      const usedAt = manifests.stat(manifest)?.usedAt;
      if (batch && usedAt !== undefined && usedAt !== useless.get(manifest)) {
        await takeBatch(table, batch);
      }
    }
    after ??= table.last ?? START;
    for (;;) {
      const batches = view.listBatchesAfter(after, PAGE);
      for (const batch of batches) {
        if (batch.record.content === 'TRANSFERS') await takeBatch(table, batch);
        after = [batch.block, batch.position];
      }
      if (batches.length < PAGE) break;
      await delay(0);
    }
    level = { height, at: now() };
  };

  const follow = async () => {
    while (!stop.signal.aborted) {
      try {
        await catchUp();
        const patience = AbortSignal.any([stop.signal, AbortSignal.timeout(LEVEL_MS)]);
        await projection.waitForHeight((level?.height ?? 0) + 1, patience);
      } catch (error) {
        options.onFailure?.(error);
        logger.error({ code: (error as { code?: string }).code }, 'the transfers wait');
        await delay(RETRY_MS, undefined, { signal: stop.signal }).catch(() => undefined);
      }
    }
  };
  const following = follow();

  return {
    get table() {
      return table;
    },
    get height() {
      return level === undefined || now() - level.at > MAX_AGE_MS ? undefined : level.height;
    },
    listMissing: (height) =>
      (table?.listMissing() ?? []).filter(
        ({ digest, block }) => block < height && !view.isWithheld(digest, height),
      ),
    tellDamaged: (batch) => options.onDamaged?.(batch),
    async close() {
      stop.abort();
      await following;
      table?.close();
    },
  };
}

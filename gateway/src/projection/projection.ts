/**
 * The ledger as tables that can be asked: fed block by block, one database transaction a block, and
 * rebuilt from block 0 at will with the same answers.
 */
import { setMaxListeners } from 'node:events';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { blockHeaderHash, readBlock } from '@tabellion/proof';
import type { Logger } from 'pino';
import type { LedgerPort } from '../ledger/port.ts';
import { Checkpoints } from '../sqlite/checkpoints.ts';
import { writeAtOnce } from '../sqlite/write-at-once.ts';
import { createBlockWriter } from './apply.ts';
import { lastDefinition } from './channel-view.ts';
import { type ProjectedBlock, readProjectedBlock } from './read-block.ts';
import { openProjectionFile, resetProjection } from './schema.ts';

export interface Projection {
  /** Number of blocks applied. */
  readonly height: number;
  /** Latest time of a transaction so far, milliseconds since 1970; 0 before the first. */
  readonly latestTime: number;
  /** For queries; nothing but the projection itself writes. */
  readonly database: DatabaseSync;
  /** True once the height is reached, false if the signal fires before. */
  waitForHeight(height: number, signal: AbortSignal): Promise<boolean>;
  /** Waits until what the ledger holds now is applied; false if the signal fires before. */
  catchUp(signal: AbortSignal): Promise<boolean>;
  /** Drops everything and reads the ledger again from block 0. */
  rebuild(): Promise<void>;
  close(): Promise<void>;
}

export interface ProjectionOptions {
  readonly file: string;
  readonly ledger: Pick<LedgerPort, 'blocks' | 'height' | 'chaincode'>;
  readonly logger: Logger;
  readonly onFailure?: (error: unknown) => void;
  /** Pause before following again after the ledger failed, milliseconds. */
  readonly retryMs?: number;
}

/** Opens the file and follows the ledger until closed. */
export async function startProjection(options: ProjectionOptions): Promise<Projection> {
  const { ledger, logger } = options;
  const database = openProjectionFile(options.file);
  const checkpoints = new Checkpoints(database);
  const selectProgress = database.prepare('SELECT height, hash FROM progress');
  const selectLatest = database.prepare('SELECT latest FROM progress');
  const progress = () => selectProgress.get() as { height: number; hash: Uint8Array | null };
  let write = createBlockWriter(database);
  let { height } = progress();
  const readLatest = () => (selectLatest.get() as { latest: number }).latest;
  let latestTime = readLatest();
  const closed = new AbortController();
  const blocks = new EventTarget();
  // Every call that waits for a block listens until it came: many at once are no leak.
  setMaxListeners(0, blocks);

  const reset = () => {
    resetProjection(database);
    write = createBlockWriter(database);
    height = 0;
    latestTime = 0;
  };

  /** False when the block does not continue what was applied: another ledger stands there now. */
  const apply = (block: ProjectedBlock): boolean => {
    const { hash } = progress();
    if (block.number !== height) return false;
    if (hash && !Buffer.from(hash).equals(block.previousHash)) return false;
    writeAtOnce(database, () => {
      for (const { position } of write(block)) {
        logger.error({ block: block.number, position }, 'a valid transaction cannot be projected');
      }
    });
    height += 1;
    latestTime = readLatest();
    blocks.dispatchEvent(new Event('applied'));
    checkpoints.afterCommit();
    return true;
  };

  const nextBlock = (signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      const done = () => {
        blocks.removeEventListener('applied', done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      blocks.addEventListener('applied', done);
      signal.addEventListener('abort', done);
    });

  /** Whether the last block applied is the ledger's as well. */
  const isLast = (bytes: Uint8Array) => {
    const { hash } = progress();
    return hash !== null && Buffer.from(hash).equals(blockHeaderHash(readBlock(bytes)));
  };

  const follow = async (signal: AbortSignal) => {
    if ((await ledger.height()) < height) reset();
    // Going on, the last one is read again: it says whether this is still the same ledger.
    let isKnown = height > 0;
    for await (const bytes of ledger.blocks(isKnown ? height - 1 : 0, { signal })) {
      if (signal.aborted) return;
      const fits = isKnown
        ? isLast(bytes)
        : apply(readProjectedBlock(bytes, ledger.chaincode, lastDefinition(database)));
      isKnown = false;
      if (fits) continue;
      logger.warn({ height }, 'the ledger is not the one projected: projecting it anew');
      return reset();
    }
  };

  const followForEver = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      try {
        await follow(signal);
      } catch (error) {
        if (signal.aborted) return;
        options.onFailure?.(error);
        logger.warn({ code: codeOf(error), height }, 'the projection waits for the ledger');
        await delay(options.retryMs ?? 1000, undefined, { signal }).catch(() => undefined);
      }
    }
  };

  let stop = new AbortController();
  let following = followForEver(stop.signal);
  const halt = async () => {
    stop.abort();
    await following;
  };

  const projection: Projection = {
    get height() {
      return height;
    },
    get latestTime() {
      return latestTime;
    },
    database,
    async waitForHeight(wanted, signal) {
      const either = AbortSignal.any([signal, closed.signal]);
      while (height < wanted && !either.aborted) await nextBlock(either);
      return height >= wanted;
    },
    catchUp: async (signal) => projection.waitForHeight(await ledger.height(), signal),
    async rebuild() {
      await halt();
      reset();
      stop = new AbortController();
      following = followForEver(stop.signal);
      await projection.catchUp(closed.signal);
    },
    async close() {
      closed.abort();
      await halt();
      checkpoints.close();
    },
  };
  return projection;
}

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error ? error.code : 'INTERNAL';

/**
 * What the ledger keeps: the blocks, which are the truth; the state, which follows from them; private
 * values, which no block may hold. A block's private values are on the disk first, then the block, and
 * only then anybody hears of it.
 */

import type { Version } from '../version.ts';
import type { BlockFile } from './block-file.ts';
import { PRIVATE_FILE, type PrivateStore } from './private-store.ts';
import { closedSeal, writeSeal } from './seal.ts';
import { copyLedger } from './snapshot.ts';
import { isPrivateSpace } from './space.ts';
import { STATE_FILE, type StateStore } from './state-store.ts';
import type { BlockWrite, StateReader, StoredValue } from './stored.ts';

const DATABASES = [STATE_FILE, PRIVATE_FILE];

export interface StoreParts {
  readonly directory: string;
  readonly blocks: BlockFile;
  readonly state: StateStore;
  readonly privates: PrivateStore;
  /** Lets other processes have the directory. */
  unlock(): void;
}

export class Store implements StateReader {
  readonly #parts: StoreParts;
  /** Whether the files may not be what this process knows. */
  #failed = false;

  constructor(parts: StoreParts) {
    this.#parts = parts;
  }

  get(space: string, key: Uint8Array): StoredValue | null {
    const { privates, state } = this.#parts;
    return isPrivateSpace(space) ? privates.get(space, key, state.height) : state.get(space, key);
  }

  scan(
    space: string,
    start: Uint8Array,
    end: Uint8Array,
    includeEnd = false,
  ): Generator<{ key: Uint8Array } & StoredValue> {
    const { privates, state } = this.#parts;
    return isPrivateSpace(space)
      ? privates.scan(space, start, end, state.height, includeEnd)
      : state.scan(space, start, end, includeEnd);
  }

  /** Versions that wrote a key, newest first. */
  history(space: string, key: Uint8Array): Version[] {
    return this.#parts.state.history(space, key);
  }

  findTransaction(txId: string): { version: Version; code: number } | null {
    return this.#parts.state.findTransaction(txId);
  }

  /** Null where there is no such block. @throws LedgerDamage. */
  block(number: number): Uint8Array | null {
    const place = this.#parts.state.place(number);
    return place && this.#parts.blocks.read(number, place);
  }

  /** Number of blocks. */
  height(): number {
    return this.#parts.state.height;
  }

  /**
   * Brings a block and its private values to the disk, then makes them what everybody reads: `commit`
   * runs that step when no execution is reading. After a failure the store takes nothing more.
   */
  async append(
    block: BlockWrite,
    commit: (apply: () => void) => Promise<void> = async (apply) => apply(),
  ): Promise<void> {
    const { blocks, privates, state } = this.#parts;
    if (this.#failed) throw new Error('an earlier block could not be written');
    try {
      privates.prepare(block.changes);
      const place = await blocks.append(block.number, block.bytes);
      await commit(() => state.apply(block.number, place, block));
      privates.erase(block.changes);
    } catch (error) {
      this.#failed = true;
      throw error;
    }
  }

  /**
   * Copies the ledger as it is now into a directory, from which one can be opened; writing goes on.
   * @throws LedgerDamage rather than copy a block that changed.
   */
  snapshot(directory: string): Promise<{ height: number }> {
    const { blocks, privates, state } = this.#parts;
    return copyLedger({ blocks, privates, state }, directory);
  }

  /** Seals the files, unless it is not certain what they hold, and lets go of the directory. */
  async close(): Promise<void> {
    const { blocks, directory, privates, state, unlock } = this.#parts;
    try {
      const end = { height: state.height, tip: state.tip, end: blocks.end };
      if (!this.#failed) state.checkpoint();
      for (const part of [state, privates, blocks]) part.close();
      if (!this.#failed) await writeSeal(directory, closedSeal(directory, end, DATABASES));
    } finally {
      unlock();
    }
  }
}

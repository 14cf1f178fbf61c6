/** A copy of a ledger that goes on being written, as it was at one moment. */
import { chmod, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { makePrivateDirectory, syncDirectory } from '../../../identity/private-file.ts';
import { BLOCK_FILE, type BlockFile } from './block-file.ts';
import { PRIVATE_FILE, type PrivateStore } from './private-store.ts';
import { closedSeal, writeSeal } from './seal.ts';
import type { StateStore } from './state-store.ts';

export interface CopiedLedger {
  readonly blocks: BlockFile;
  readonly state: StateStore;
  readonly privates: PrivateStore;
}

/** Bytes that are gathered before they are written. */
const PIECE = 1 << 20;

/**
 * The copy is sealed like a ledger that was closed. The state is left out: it follows from the blocks.
 * @param directory made if absent; must hold no ledger.
 */
export async function copyLedger(
  { blocks, privates, state }: CopiedLedger,
  directory: string,
): Promise<{ height: number }> {
  await makePrivateDirectory(directory);
  const { height, tip } = state;
  // Nothing can commit between the height and this copy: both are of one moment. Values of a block
  // that is being appended are removed when the copy is opened.
  privates.copyTo(join(directory, PRIVATE_FILE));
  await makeDurable(join(directory, PRIVATE_FILE));
  const end = await copyBlocks(blocks, height, join(directory, BLOCK_FILE));
  await writeSeal(directory, closedSeal(directory, { height, tip, end }, [PRIVATE_FILE]));
  await syncDirectory(directory);
  return { height };
}

/** Each block is checked on the way. Returns the size of the copy. */
async function copyBlocks(blocks: BlockFile, height: number, path: string): Promise<number> {
  const file = await open(path, 'wx', 0o600);
  try {
    const pieces: Uint8Array[] = [];
    let waiting = 0;
    let size = 0;
    const flush = async () => {
      await file.writev(pieces.splice(0));
      size += waiting;
      waiting = 0;
      await setImmediate();
    };
    for (const piece of blocks.copy(height)) {
      pieces.push(piece);
      waiting += piece.length;
      if (waiting >= PIECE) await flush();
    }
    await flush();
    await file.sync();
    return size;
  } finally {
    await file.close();
  }
}

async function makeDurable(path: string): Promise<void> {
  await chmod(path, 0o600);
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

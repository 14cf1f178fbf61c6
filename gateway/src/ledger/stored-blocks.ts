/** Reads the blocks of an embedded ledger that is not running, without changing anything. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BLOCK_FILE, BlockFile, damageOf } from './embedded/store/block-file.ts';
import { describeAbsence } from './embedded/store/convert.ts';
import { lockToRead } from './embedded/store/directory-lock.ts';

/**
 * `common.Block` bytes from block 0 on, one at a time.
 * @param height whole blocks, where what stands after them is known to be none.
 * @throws LedgerError `UNAVAILABLE` where there is no ledger, or it is in use; LedgerDamage, `DAMAGED`,
 * where the file does not go on as it was written.
 */
export async function* openLedgerBlocks(
  directory: string,
  height?: number,
): AsyncGenerator<Uint8Array> {
  const path = join(directory, BLOCK_FILE);
  if (!existsSync(path)) throw describeAbsence(directory);
  const unlock = lockToRead(directory);
  try {
    const file = new BlockFile(path, 'read');
    try {
      const frames = file.frames();
      for (let read = 0; read !== height; read += 1) {
        const { done, value } = frames.next();
        if (!done) yield value.bytes;
        else if (value.defect || height !== undefined) throw damageOf(value);
        else return;
      }
    } finally {
      file.close();
    }
  } finally {
    unlock();
  }
}

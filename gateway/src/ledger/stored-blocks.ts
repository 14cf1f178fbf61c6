/** Reads the blocks of an embedded ledger that is not running, without changing anything. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LedgerError } from './port.ts';

/**
 * `common.Block` bytes from block 0 on, one at a time.
 * @throws LedgerError `UNAVAILABLE` where there is no ledger, or it is in use.
 */
export async function* openLedgerBlocks(directory: string): AsyncGenerator<Uint8Array> {
  const file = join(directory, 'ledger.sqlite');
  if (!existsSync(file)) throw new LedgerError('UNAVAILABLE', `there is no ledger in ${directory}`);
  try {
    using database = new DatabaseSync(file, { readOnly: true });
    const rows = database.prepare('SELECT bytes FROM block ORDER BY number').iterate();
    for (const { bytes } of rows) yield bytes as Uint8Array;
  } catch (cause) {
    if (!/locked|busy/i.test(String(cause))) throw cause;
    throw new LedgerError('UNAVAILABLE', `the ledger in ${directory} is in use: stop it first`, {
      cause,
    });
  }
}

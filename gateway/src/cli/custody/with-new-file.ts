import { rm } from 'node:fs/promises';
import { LedgerError } from '../../ledger/port.ts';
import { CliError, ProblemError } from '../failure.ts';
import { writeNewFile } from '../new-file.ts';

/**
 * Writes a file that is never to replace another, then does what it is for. It goes away again only
 * where that was refused for certain: whatever the ledger may hold needs its file.
 */
export async function withNewFile<T>(
  path: string,
  bytes: Uint8Array,
  act: () => Promise<T>,
  mode?: number,
): Promise<T> {
  await writeNewFile(path, bytes, false, mode);
  try {
    return await act();
  } catch (error) {
    if (isRefusal(error)) await rm(path, { force: true });
    throw error;
  }
}

const NOT_SUBMITTED: readonly string[] = ['OVERTAKEN', 'HELD_UP'];

const isRefusal = (error: unknown): boolean =>
  (error instanceof LedgerError &&
    (error.contractCode !== undefined || NOT_SUBMITTED.includes(error.code))) ||
  (error instanceof ProblemError && error.status < 500) ||
  (error instanceof CliError && error.code === 'TRANSACTION_INVALID');

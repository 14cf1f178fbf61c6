/** The files of an embedded ledger that is not running: whether each is as the ledger wrote it. */
import { BLOCK_FILE } from './embedded/store/block-file.ts';
import type { FilesReport } from './embedded/store/check/check-files.ts';

export { checkFiles, type FilesReport } from './embedded/store/check/check-files.ts';

/** What an append that was cut short left is no block, and nobody was told of it. */
export const hasTornTail = ({ damage, notes }: FilesReport): boolean =>
  notes.some(({ code }) => code === 'BLOCK_UNFINISHED') &&
  !damage.some(({ file }) => file === BLOCK_FILE);

/** The files of an embedded ledger that is not running: whether each is as the ledger wrote it. */
export { checkFiles, type FilesReport } from './embedded/store/check/check-files.ts';

/** The directory in which one gateway keeps everything: made, and held against a second process. */
import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { hasRoom } from '../http/disk-full.ts';
import { syncDirectory } from '../identity/private-file.ts';
import { lockDirectory } from '../ledger/embedded/store/directory-lock.ts';

/** Holds no data: whoever copies the directory leaves it out. */
export const DATA_LOCK = 'lock';

export const DATA_DIRECTORY_ERROR_CODES = ['DATA_IN_USE', 'DISK_FULL'] as const;
export type DataDirectoryErrorCode = (typeof DATA_DIRECTORY_ERROR_CODES)[number];

export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError';
  readonly code: DataDirectoryErrorCode;

  constructor(code: DataDirectoryErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * What a start must write in any case: better to be told before than by whichever part meets it first.
 * @throws DataDirectoryError `DISK_FULL`.
 */
export async function assertRoom(directory: string): Promise<void> {
  if (await hasRoom(directory)) return;
  throw new DataDirectoryError('DISK_FULL', `the disk of ${directory} is full`);
}

/**
 * Makes the directory and its parents, mode 0700, so that they stay after a power cut. Not by `mkdir`'s
 * own `recursive`, which never returns where a parent is there but takes no new names, as /proc
 * (https://github.com/nodejs/node/issues/31481).
 */
export async function makeDataDirectory(directory: string): Promise<void> {
  const path = resolve(directory);
  try {
    await mkdir(path, { mode: 0o700 });
    await syncDirectory(dirname(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeDataDirectory(dirname(path));
    await mkdir(path, { mode: 0o700 });
    await syncDirectory(dirname(path));
  }
}

/**
 * One process for a directory, whatever ledger it stands on. Ends with the process, however that ends.
 * @throws DataDirectoryError `DATA_IN_USE`.
 */
export function holdDataDirectory(directory: string): Disposable {
  try {
    return { [Symbol.dispose]: lockDirectory(directory) };
  } catch (cause) {
    if ((cause as { code?: string }).code !== 'UNAVAILABLE') throw cause;
    throw new DataDirectoryError(
      'DATA_IN_USE',
      `${directory} is in use by another gateway, or is being copied`,
      {
        cause,
      },
    );
  }
}

/**
 * Writes what a command was asked for, and replaces nothing unless told to. Follows no link that
 * somebody laid out in a shared directory: the file is always a new one, and a replaced name is renamed to.
 */
import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { CliError } from './failure.ts';

export async function writeNewFile(
  path: string,
  bytes: Uint8Array | Iterable<Uint8Array>,
  replace: boolean,
): Promise<void> {
  const target = replace ? `${path}.${randomBytes(6).toString('hex')}.new` : path;
  let isOurs = false;
  try {
    await using file = await open(target, 'wx', 0o644);
    isOurs = true;
    await file.writeFile(bytes);
    await file.sync();
    if (replace) await rename(target, path);
  } catch (error) {
    if (isOurs) await rm(target, { force: true });
    else if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new CliError('FILE_EXISTS', `${path} is there already; --force replaces it`, error);
    }
    throw new CliError('FILE_UNWRITABLE', `cannot write ${path}`, error);
  }
}

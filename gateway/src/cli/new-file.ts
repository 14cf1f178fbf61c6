/** Writes what a command was asked for, and replaces nothing unless told to. */
import { open, rename } from 'node:fs/promises';
import { CliError } from './failure.ts';

export async function writeNewFile(
  path: string,
  bytes: Uint8Array,
  replace: boolean,
): Promise<void> {
  const target = replace ? `${path}.new` : path;
  try {
    await using file = await open(target, replace ? 'w' : 'wx', 0o644);
    await file.writeFile(bytes);
    await file.sync();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new CliError('FILE_EXISTS', `${path} is there already; --force replaces it`, error);
    }
    throw new CliError('FILE_UNWRITABLE', `cannot write ${path}`, error);
  }
  if (replace) await rename(target, path);
}

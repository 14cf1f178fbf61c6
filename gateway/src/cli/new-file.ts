/**
 * Writes what a command was asked for, and replaces nothing unless told to. Follows no link that
 * somebody laid out in a shared directory: the file is always a new one, and a replaced name is renamed to.
 * What holds a secret gets mode 0600.
 */
import { randomBytes } from 'node:crypto';
import { access, open, rename, rm } from 'node:fs/promises';
import { CliError } from './failure.ts';

export async function writeNewFile(
  path: string,
  bytes: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  replace: boolean,
  mode = 0o644,
): Promise<void> {
  const target = replace ? `${path}.${randomBytes(6).toString('hex')}.new` : path;
  let isOurs = false;
  let failed: { readonly why: unknown } | undefined;
  const watched = async function* (pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) {
    try {
      yield* pieces;
    } catch (why) {
      failed = { why };
      throw why;
    }
  };
  try {
    await using file = await open(target, 'wx', mode);
    isOurs = true;
    await file.writeFile(bytes instanceof Uint8Array ? bytes : watched(bytes));
    await file.sync();
    if (replace) await rename(target, path);
  } catch (error) {
    if (isOurs) await rm(target, { force: true });
    // That the bytes could not be had, for a reason with a code of its own, says nothing of the file.
    if (failed !== undefined && isCoded(failed.why)) throw failed.why;
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new CliError('FILE_EXISTS', `${path} is there already; --force replaces it`, error);
    }
    throw new CliError('FILE_UNWRITABLE', `cannot write ${path}`, error);
  }
}

const isCoded = (error: unknown): boolean => error instanceof Error && 'code' in error;

/** Before what would be written has cost anything. @throws CliError `FILE_EXISTS`. */
export async function assertAbsent(file: string): Promise<void> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere) throw new CliError('FILE_EXISTS', `${file} is there already; --force replaces it`);
}

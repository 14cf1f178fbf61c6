/**
 * Files that only their owner may read, written so that a crash leaves the old content or the new,
 * never a part: temporary file, fsync, rename, fsync of the directory.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, constants, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { chmod, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { IdentityError } from './error.ts';

/** Bits that would let the group or others read, write or search. */
const SHARED_BITS = 0o077;

/** Creates a directory and its parents, mode 0700, so that they stay after a power cut. */
export async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  for (const parent of listParents(path, first)) await syncDirectory(parent);
}

/** As `makeDirectory`, for those who cannot wait. */
export function makeDirectorySync(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 });
  for (const parent of listParents(path, first)) {
    const directory = openSync(parent, constants.O_RDONLY);
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  }
}

/** The directories that got a new name in them, when everything from `first` down to `path` was made. */
function* listParents(path: string, first: string | undefined): Generator<string> {
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) yield dirname(made);
}

/** Creates a directory with mode 0700, or narrows an existing one to it. */
export async function makePrivateDirectory(path: string): Promise<void> {
  await makeDirectory(path);
  await chmod(path, 0o700);
}

/** Replaces `path` durably; `mode` is 0600 for anything secret. */
export async function writeDurably(
  path: string,
  content: string | Uint8Array,
  mode = 0o600,
): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
  await syncDirectory(dirname(path));
}

/**
 * Reads a secret. Mode and content come from one open file, so that neither can be swapped between
 * the check and the reading.
 * @throws IdentityError `KEY_EXPOSED` if it is a link, no regular file, or the group or others may
 * use it; the operating system's error, for example `ENOENT`, otherwise.
 */
export async function readPrivate(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((cause) => {
    if (cause.code === 'ELOOP') {
      throw new IdentityError('KEY_EXPOSED', `${path} is a symbolic link`, { cause });
    }
    throw cause;
  });
  try {
    const { mode } = await file.stat();
    if ((mode & constants.S_IFMT) !== constants.S_IFREG || (mode & SHARED_BITS) !== 0) {
      throw new IdentityError('KEY_EXPOSED', `${path} must be a regular file with mode 0600`);
    }
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** `undefined` where the file does not exist; every other failure is thrown. */
export async function unlessAbsent<T>(reading: Promise<T>): Promise<T | undefined> {
  return reading.catch((error) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/** Makes names that were added to or removed from a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

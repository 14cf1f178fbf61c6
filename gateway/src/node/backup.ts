/** A copy of a gateway's data directory that another gateway can be started on, also of a running one. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync } from 'node:fs';
import { copyFile, open, readdir, realpath, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { syncDirectory } from '../identity/private-file.ts';
import { holdDataDirectory, makeDataDirectory } from './data-directory.ts';
import { listDataFiles } from './data-files.ts';
import type { GuardedLedger } from './guarded-ledger.ts';

export const BACKUP_ERROR_CODES = [
  'TARGET_NOT_EMPTY',
  'TARGET_INSIDE',
  'NO_DATA',
  'LINKED',
] as const;
export type BackupErrorCode = (typeof BACKUP_ERROR_CODES)[number];

export class BackupError extends Error {
  override readonly name = 'BackupError';
  readonly code: BackupErrorCode;

  constructor(code: BackupErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export interface BackedUp {
  /** Absolute. */
  readonly directory: string;
  readonly files: number;
  readonly bytes: number;
  /** Blocks of the embedded ledger in the copy; null where it was not looked at or is elsewhere. */
  readonly height: number | null;
}

/** What of a running gateway cannot be copied from outside of it. */
export interface RunningParts {
  readonly gate: Pick<GuardedLedger, 'hold'>;
  /** Copies the items on their way, with the directories that they lie in. */
  readonly copySpool: (directory: string) => Promise<void>;
  /** Copies the embedded ledger. */
  readonly copyLedger?: (directory: string) => Promise<{ height: number }>;
}

const SPOOL = 'gateway/spool';
const LEDGER = 'ledger';
/** How far the ledger was followed: the attestations up to there are copied after it. */
const FOLLOWED = 'gateway/attestations/next-block';

const isCopiedByItself = (path: string) =>
  path.startsWith(`${LEDGER}/`) || path.startsWith(`${SPOOL}/`);
const isDone = (path: string) =>
  isCopiedByItself(path) || path === FOLLOWED || /\.sqlite(-wal|-journal)?$/.test(path);

/**
 * Copies what a running gateway keeps. Meanwhile it goes on, but for new transactions: these wait until
 * what the gateway remembers of its transactions and the ledger are both copied. Everything that was
 * answered before this began is in the copy.
 * @throws BackupError
 */
export async function backUpRunning(
  directory: string,
  to: string,
  { gate, copySpool, copyLedger }: RunningParts,
): Promise<BackedUp> {
  return intoNewDirectory(directory, to, async (copy) => {
    const files = (await listCopied(directory)).filter((path) => !isCopiedByItself(path));
    const databases = files.filter((path) => /\.sqlite$/.test(path));
    const height = await gate.hold(async () => {
      for (const path of databases) await copyDatabase(join(directory, path), join(copy, path));
      copyAtOnce(
        directory,
        copy,
        files.filter((path) => path === FOLLOWED),
      );
      await copySpool(join(copy, SPOOL));
      return copyLedger ? (await copyLedger(join(copy, LEDGER))).height : null;
    });
    // Listed again: what the ledger now in the copy refers to was on disk before it was submitted.
    const rest = (await listCopied(directory)).filter((path) => !isDone(path));
    const isKept = (path: string) => path.startsWith('gateway/');
    copyAtOnce(
      directory,
      copy,
      rest.filter((path) => !isKept(path)),
    );
    for (const path of rest.filter(isKept)) await copyOne(directory, copy, path);
    return height;
  });
}

/**
 * Copies what a gateway that does not run has left, however it ended. None can be started meanwhile.
 * @throws BackupError; DataDirectoryError `DATA_IN_USE`.
 */
export async function backUpStopped(directory: string, to: string): Promise<BackedUp> {
  return intoNewDirectory(directory, to, async (copy) => {
    using _held = holdDataDirectory(directory);
    for (const path of await listCopied(directory)) await copyOne(directory, copy, path);
    return null;
  });
}

/** A copy of a link would lead back to the original; one without it would lack a part. */
async function listCopied(directory: string): Promise<readonly string[]> {
  const { files, links } = await listDataFiles(directory);
  const [link] = links;
  if (link === undefined) return files;
  const text = `${join(directory, link)} is a symbolic link: put what it leads to in its place`;
  throw new BackupError('LINKED', text);
}

/** Nothing stands under the name until all of it is on disk. */
async function intoNewDirectory(
  directory: string,
  to: string,
  fill: (copy: string) => Promise<number | null>,
): Promise<BackedUp> {
  await assertTarget(directory, to);
  const copy = `${to}.unfinished-${randomBytes(4).toString('hex')}`;
  await makeDataDirectory(copy);
  try {
    const height = await fill(copy);
    const written = await syncTree(copy);
    await rmdir(to).catch(ignoreAbsence);
    await rename(copy, to);
    await syncDirectory(dirname(to));
    return { directory: to, ...written, height };
  } catch (error) {
    await rm(copy, { recursive: true, force: true });
    throw error;
  }
}

async function assertTarget(directory: string, to: string): Promise<void> {
  const [source, target] = await Promise.all([realpath(directory), resolveTarget(to)]);
  if (isBelow(source, target) || isBelow(target, source)) {
    throw new BackupError('TARGET_INSIDE', `${to} and ${directory} lie in one another`);
  }
  const present = await readdir(to).catch(ignoreAbsence);
  if (present && present.length > 0) {
    throw new BackupError('TARGET_NOT_EMPTY', `${to} is not empty: a back-up replaces nothing`);
  }
}

/** Where a path leads that need not be there yet: links may stand in it. */
async function resolveTarget(path: string): Promise<string> {
  const there = await realpath(path).catch(ignoreAbsence);
  const parent = dirname(path);
  if (there !== undefined || parent === path) return there ?? path;
  return join(await resolveTarget(parent), basename(path));
}

const isBelow = (parent: string, path: string) => !/^\.\.(\/|$)/.test(relative(parent, path));

function ignoreAbsence(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** With what a write-ahead log holds; other connections write on meanwhile. */
async function copyDatabase(from: string, to: string): Promise<void> {
  await makeDataDirectory(dirname(to));
  await (await open(to, 'wx', 0o600)).close();
  const source = new DatabaseSync(from, { readOnly: true });
  try {
    // In one step: it would begin again after each write of another connection.
    await backup(source, to, { rate: 0x7fff_ffff });
  } finally {
    source.close();
  }
}

async function copyOne(from: string, to: string, path: string): Promise<void> {
  await makeDataDirectory(dirname(join(to, path)));
  await copyFile(join(from, path), join(to, path));
}

/** Small files in one go, so that those that belong together are as a crash now would leave them. */
function copyAtOnce(from: string, to: string, paths: readonly string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(to, path)), { recursive: true, mode: 0o700 });
    copyFileSync(join(from, path), join(to, path));
  }
}

async function syncTree(directory: string): Promise<{ files: number; bytes: number }> {
  let [files, bytes] = [0, 0];
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) {
      await syncDirectory(path);
      continue;
    }
    const file = await open(path, 'r');
    try {
      await file.sync();
      bytes += (await file.stat()).size;
      files += 1;
    } finally {
      await file.close();
    }
  }
  await syncDirectory(directory);
  return { files, bytes };
}

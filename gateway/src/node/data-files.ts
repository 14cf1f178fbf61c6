/** What a data directory consists of, file by file, as a copy of it needs to know. */
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { CONTROL_SOCKET } from './control-socket.ts';
import { DATA_LOCK } from './data-directory.ts';

/** Of this process, told again by the next one, or made again from what else is there. */
const LEFT_OUT = [
  new RegExp(`^(${DATA_LOCK}|${CONTROL_SOCKET}|gateway\\.log)$`),
  /^ledger\/lock$/,
  /^gateway\/projection\.sqlite/,
  /^gateway\/manifests\/[^/]+\/index\.sqlite/,
  /^gateway\/private-screening\/(tables|outputs)\//,
  // SQLite makes it anew; the write-ahead log, which is data, has another name.
  /\.sqlite-shm$/,
  // What a write that is under way, or was cut off, left.
  /(^|\/)\.unfinished-[0-9a-f]{16}$/,
  /\.tmp$/,
];

/** Paths below a directory, with `/`, of everything that a copy of it needs. */
export interface DataFiles {
  readonly files: readonly string[];
  /** Symbolic links: nothing here makes one, and what they lead to is not looked at. */
  readonly links: readonly string[];
}

export async function listDataFiles(directory: string): Promise<DataFiles> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const listPaths = (isWanted: (entry: Dirent) => boolean) =>
    entries
      .filter(isWanted)
      .map((entry) => nameBelow(directory, entry))
      .filter((path) => !LEFT_OUT.some((pattern) => pattern.test(path)))
      .sort();
  return {
    files: listPaths((entry) => entry.isFile()),
    links: listPaths((entry) => entry.isSymbolicLink()),
  };
}

const nameBelow = (directory: string, { parentPath, name }: Dirent) =>
  join(parentPath, name)
    .slice(directory.length + 1)
    .replaceAll(sep, '/');

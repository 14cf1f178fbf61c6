/** Whether there is room, and whether there was none for a write, whoever tells it. */
import { statfs } from 'node:fs/promises';

/** https://sqlite.org/rescode.html: the low byte of an extended code. */
const SQLITE_FULL = 13;
/** With less than this a gateway takes nothing more, bytes. */
const LEAST_ROOM = 1_048_576;

/** However deep it is among the causes. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  if (code === 'DISK_FULL' || code === 'ENOSPC' || code === 'EDQUOT') return true;
  if (typeof errcode === 'number' && errcode % 256 === SQLITE_FULL) return true;
  return isDiskFull(error.cause);
}

/** @param bytes what is to be written there, beside the least that is left. */
export async function hasRoom(directory: string, bytes = 0): Promise<boolean> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize >= LEAST_ROOM + bytes;
}

/** @throws an error with the code `DISK_FULL`. */
export async function assertRoom(directory: string, bytes: number): Promise<void> {
  if (await hasRoom(directory, bytes)) return;
  throw Object.assign(new Error(`no room for ${bytes} bytes`), { code: 'DISK_FULL' });
}

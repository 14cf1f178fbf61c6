import { statfsSync } from 'node:fs';
import { nearestExisting } from './path.mjs';
import { fail, ok, warn } from './result.mjs';

const MB = 1_000_000;
/** Below `fail` a gateway is about to stop; below `warn` it lasts a day of hard work or so. */
const BYTES = { fail: 100 * MB, warn: 1_000 * MB };
const INODES = { fail: 1_000, warn: 10_000 };

/**
 * Room on the disk of a directory, which need not be there yet.
 * @param {{ name: string, directory: string }} options
 */
export function checkDisk({ name, directory }) {
  const place = nearestExisting(directory);
  const { bavail, bsize, files, ffree } = statfsSync(place);
  const bytes = bavail * bsize;
  // Some file systems have no fixed number of inodes and say 0 of 0.
  const inodes = files === 0 ? Number.POSITIVE_INFINITY : ffree;
  const check = `disk of ${name}`;
  const room = `${Math.floor(bytes / MB)} MB${files === 0 ? '' : ` and ${ffree} inodes`} free at ${place}`;
  const fix = 'free some, or choose another disk (start --data DIR; TMPDIR for temporary files)';
  if (bytes < BYTES.fail || inodes < INODES.fail) return fail(check, `full: ${room}`, fix);
  if (bytes < BYTES.warn || inodes < INODES.warn) return warn(check, `nearly full: ${room}`, fix);
  return ok(check, room);
}

import { accessSync, constants, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { findUser } from './holder.mjs';
import { nearestExisting } from './path.mjs';
import { fail, ok, warn } from './result.mjs';

const CHECK = 'data';
/** How far below the data directory access is tried: its parts, and the files in them. */
const DEPTH = 2;

/** Whether this user can keep data there. @param {{ directory: string }} options */
export function checkData({ directory }) {
  const place = nearestExisting(directory);
  if (place !== directory) return checkParent(directory, place);
  if (!statSync(directory).isDirectory()) {
    return fail(CHECK, `${directory} is no directory`, 'choose another with --data DIR');
  }
  const refused = findRefused(directory, DEPTH);
  if (refused !== undefined) return refuse(refused, directory);
  const user = findUser(realpathSync(directory));
  if (user !== undefined) {
    return warn(
      CHECK,
      `${directory} is in use (${user})`,
      'nothing, if that is the gateway you mean; a second one needs another --data DIR',
    );
  }
  if ((statSync(directory).mode & 0o077) !== 0) {
    return warn(
      CHECK,
      `${directory} holds keys and is open to others (mode ${modeOf(directory)})`,
      `chmod 700 '${directory}'`,
    );
  }
  return ok(CHECK, `${directory} can be read and written, and is not in use`);
}

/** @param {string} directory @param {string} parent */
function checkParent(directory, parent) {
  const why = findRefused(parent, 0);
  if (why !== undefined) return refuse(why, directory);
  if (!statSync(parent).isDirectory()) {
    return fail(CHECK, `${parent} is no directory`, 'choose another with --data DIR');
  }
  return ok(CHECK, `${directory} is not there yet, and can be made`);
}

/**
 * The first path that this user cannot use, with the system's error.
 * @param {string} path
 * @param {number} depth
 * @returns {{ path: string, code: string } | undefined}
 */
function findRefused(path, depth) {
  try {
    const stats = lstatSync(path);
    if (stats.isSymbolicLink()) return undefined;
    const { R_OK, W_OK, X_OK } = constants;
    accessSync(path, stats.isDirectory() ? R_OK | W_OK | X_OK : R_OK | W_OK);
    if (!stats.isDirectory() || depth === 0) return undefined;
    for (const name of readdirSync(path)) {
      const refused = findRefused(join(path, name), depth - 1);
      if (refused !== undefined) return refused;
    }
    return undefined;
  } catch (error) {
    const { code = 'error' } = /** @type {NodeJS.ErrnoException} */ (error);
    // What a running gateway removes meanwhile is no fault.
    return code === 'ENOENT' ? undefined : { path, code };
  }
}

/** @param {{ path: string, code: string }} refused @param {string} directory */
function refuse({ path, code }, directory) {
  if (code === 'EROFS') {
    return fail(CHECK, `${path} is on a read-only file system`, 'choose another with --data DIR');
  }
  const me = whoami();
  const what = `${path} is not for user ${me} (${code}${describeOwner(path)})`;
  const own = path.startsWith(directory) ? directory : dirname(directory);
  return fail(
    CHECK,
    what,
    `sudo chown -R ${me} '${own}' && chmod -R u+rwX '${own}', or choose another with --data DIR`,
  );
}

/** The user's name, or the number where it has none. */
function whoami() {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.());
  }
}

/** @param {string} path */
function describeOwner(path) {
  try {
    const owner = statSync(path).uid;
    return `; owner ${owner === process.getuid?.() ? 'is you' : `has number ${owner}`}, mode ${modeOf(path)}`;
  } catch {
    return '';
  }
}

/** @param {string} path */
const modeOf = (path) => (statSync(path).mode & 0o777).toString(8).padStart(3, '0');

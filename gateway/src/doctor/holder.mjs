/** Which process has a file or a port open, where the system shows it (Linux, own processes). */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * Name and number of the process, or undefined where that is not known.
 * @param {(target: string) => boolean} isWanted judges where a descriptor leads
 */
function findHolder(isWanted) {
  for (const id of listDirectory('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const descriptor of listDirectory(`/proc/${id}/fd`)) {
      try {
        if (isWanted(readlinkSync(`/proc/${id}/fd/${descriptor}`))) {
          // Not `comm`: that is the name of a thread, which Node.js calls MainThread.
          const [program = ''] = readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0');
          return `${basename(program)}, process ${id}`;
        }
      } catch {
        // Closed or ended in between.
      }
    }
  }
  return undefined;
}

/** Whoever has a file under this directory open. @param {string} directory absolute, without links */
export const findUser = (directory) => findHolder((target) => target.startsWith(`${directory}/`));

/** Whoever listens on a TCP port. @param {number} port */
export function findListener(port) {
  const sockets = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listSockets(table, port));
  return sockets.length === 0 ? undefined : findHolder((target) => sockets.includes(target));
}

/** State 0A is LISTEN; ports are hexadecimal. @param {string} table @param {number} port */
function listSockets(table, port) {
  try {
    return readFileSync(table, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(
        ([, local = '', , state]) => state === '0A' && Number(`0x${local.split(':')[1]}`) === port,
      )
      .map((fields) => `socket:[${fields[9]}]`);
  } catch {
    return [];
  }
}

/** @param {string} path */
function listDirectory(path) {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

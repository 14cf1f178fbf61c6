/** Everything that can be said about a machine with nothing installed. */
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkClock } from './clock.mjs';
import { checkData } from './data.mjs';
import { checkDisk } from './disk.mjs';
import { checkNode } from './node.mjs';
import { checkPort } from './port.mjs';
import { warn } from './result.mjs';
import { checkTools } from './tools.mjs';

/** The checkout. */
const root = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * @typedef {object} MachineOptions
 * @property {string} data the gateway's data directory
 * @property {number} port the gateway's port
 * @property {NodeJS.ProcessEnv} environment
 * @property {number} now milliseconds since 1970
 */

/** @param {MachineOptions} options */
export async function checkMachine({ data, port, environment, now }) {
  const directory = resolve(data);
  /** @type {[string, () => import('./result.mjs').Result | import('./result.mjs').Result[] | Promise<import('./result.mjs').Result>][]} */
  const checks = [
    ['node', () => checkNode({ root, environment })],
    ['clock', () => checkClock({ root, directory, now })],
    ['data', () => checkData({ directory })],
    ['disk of data', () => checkDisk({ name: 'data', directory })],
    ['disk of tmp', () => checkDisk({ name: 'tmp', directory: environment.TMPDIR ?? tmpdir() })],
    [`port ${port}`, () => checkPort({ port })],
    ['tools', () => checkTools({ root, environment })],
  ];
  const results = [];
  for (const [name, check] of checks) {
    try {
      results.push(await check());
    } catch (error) {
      // That a check cannot be made is no finding.
      const { message } = /** @type {Error} */ (error);
      results.push(warn(name, `could not be checked: ${message}`, 'see the message'));
    }
  }
  return results.flat();
}

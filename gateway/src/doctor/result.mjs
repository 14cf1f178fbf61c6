/**
 * What a check found. This folder's `.mjs` files run on any Node.js from 18 on and with nothing
 * installed, because what they look for is why nothing can be installed or started.
 */

/**
 * @typedef {'ok' | 'WARN' | 'FAIL' | 'none'} State `none`: absent, and not needed for the main job
 * @typedef {object} Result
 * @property {string} check
 * @property {State} state
 * @property {string} cause what is so
 * @property {string} [fix] what to do about it
 */

/** @type {(check: string, cause: string) => Result} */
export const ok = (check, cause) => ({ check, state: 'ok', cause });

/** @type {(check: string, cause: string, fix: string) => Result} */
export const warn = (check, cause, fix) => ({ check, state: 'WARN', cause, fix });

/** @type {(check: string, cause: string, fix: string) => Result} */
export const fail = (check, cause, fix) => ({ check, state: 'FAIL', cause, fix });

/** @type {(check: string, cause: string) => Result} */
export const absent = (check, cause) => ({ check, state: 'none', cause });

/** @param {readonly Result[]} results */
export const isHealthy = (results) => results.every(({ state }) => state !== 'FAIL');

/** @param {readonly Result[]} results */
export const toDocument = (results) => ({ healthy: isHealthy(results), checks: results });

/** A line a check. @param {readonly Result[]} results */
export const toText = (results) =>
  results
    .map(({ check, state, cause, fix }) => {
      const told = fix === undefined ? cause : `${cause}. Fix: ${fix}`;
      return `${(state === 'none' ? '--' : state).padEnd(5)} ${check}: ${told}`;
    })
    .join('\n');

import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';

/**
 * Absolute path of a program, or undefined.
 * @param {string} name
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} [directory] looked into instead of PATH
 */
export function findProgram(name, environment, directory) {
  const directories = directory ? [directory] : (environment.PATH ?? '').split(delimiter);
  return directories
    .filter(Boolean)
    .map((place) => join(place, name))
    .find(isProgram);
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The path itself or the nearest directory above it that is there. @param {string} path */
export function nearestExisting(path) {
  let place = resolve(path);
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  return place;
}

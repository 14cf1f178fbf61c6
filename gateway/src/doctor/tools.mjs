import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from './path.mjs';
import { absent, fail, ok, warn } from './result.mjs';

/** Programs of Hyperledger Fabric that `scripts/network` runs. */
const FABRIC = ['peer', 'orderer', 'configtxgen', 'osnadmin'];

/**
 * npm and what it installs, and the tools of optional parts.
 * @param {{ root: string, environment: NodeJS.ProcessEnv }} options `root`: the checkout
 */
export function checkTools({ root, environment }) {
  const installed = isInstalled(root);
  const optional = [
    { name: 'docker', use: 'the network in containers' },
    { name: 'strace', use: 'tests of faults at system calls' },
    { name: 'chromium', use: 'tests of pages' },
  ];
  return [
    checkNpm(installed, environment),
    installed
      ? ok('packages', 'installed, and those of the lock file')
      : warn('packages', 'not installed, or not those of the lock file', './scripts/install'),
    ...optional.map(({ name, use }) => {
      const path = findProgram(name, environment);
      return path ? ok(name, path) : absent(name, `not on PATH (optional: ${use})`);
    }),
    checkFabric(environment),
  ];
}

/** @param {boolean} installed @param {NodeJS.ProcessEnv} environment */
function checkNpm(installed, environment) {
  const npm = findProgram('npm', environment);
  if (npm) return ok('npm', npm);
  const fix = 'install it; it comes with Node.js, https://nodejs.org';
  return installed
    ? warn('npm', 'not on PATH: what is installed runs, and cannot be renewed', fix)
    : fail('npm', 'not on PATH, and packages have to be installed', fix);
}

/** @param {NodeJS.ProcessEnv} environment */
function checkFabric(environment) {
  const directory = environment.FABRIC_BIN;
  const missing = FABRIC.filter((name) => !findProgram(name, environment, directory));
  const place = directory ? `FABRIC_BIN (${directory})` : 'PATH';
  if (missing.length === 0) return ok('fabric', `all programs in ${place}`);
  const what = missing.length === FABRIC.length ? 'no programs' : `no ${missing.join(', ')}`;
  return absent('fabric', `${what} in ${place} (optional: ./scripts/network)`);
}

/** As `scripts/install` judges it. @param {string} root */
function isInstalled(root) {
  try {
    const stamp = readFileSync(join(root, 'node_modules', '.tabellion-lock'), 'utf8');
    const { stdout } = spawnSync('cksum', {
      input: readFileSync(join(root, 'package-lock.json')),
      encoding: 'utf8',
    });
    return stamp.trim() === stdout.trim();
  } catch {
    return false;
  }
}

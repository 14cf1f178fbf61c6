import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from './path.mjs';
import { fail, ok } from './result.mjs';

/** What runs TypeScript as it stands; npm brings it to machines whose own is older. */
const WANTED = 24;
/** The oldest with which npm installs and brings the other. */
const LEAST = 20;
const INSTALL = `install Node.js ${WANTED} or newer from https://nodejs.org`;

/**
 * Whether there is a Node.js to run on, or npm can bring one.
 * @param {{ root: string, environment: NodeJS.ProcessEnv }} options `root`: the checkout
 */
export function checkNode({ root, environment }) {
  const own = findProgram('node', environment);
  const version = own === undefined ? undefined : versionOf(own);
  const told =
    own === undefined ? 'no node on PATH' : `${version ?? 'one that does not run'} (${own})`;
  const major = Number(version?.slice(1).split('.')[0] ?? 0);
  if (major >= WANTED) return ok('node', told);
  const brought = findBrought(root);
  if (brought !== undefined)
    return ok('node', `${told}; npm brought ${versionOf(brought)}, which is used`);
  if (major < LEAST) return fail('node', `${told}; ${LEAST} is the least`, INSTALL);
  if (findProgram('npm', environment) === undefined) {
    return fail('node', `${told}, and no npm to bring ${WANTED}`, INSTALL);
  }
  return ok('node', `${told}; npm brings ${WANTED} at the first start`);
}

/** @param {string} program */
function versionOf(program) {
  const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** @param {string} root */
function findBrought(root) {
  const modules = join(root, 'scripts', 'runtime', 'node_modules');
  try {
    return readdirSync(modules)
      .filter((name) => name.startsWith('node-'))
      .map((name) => join(modules, name, 'bin', 'node'))
      .find((program) => versionOf(program) !== undefined);
  } catch {
    return undefined;
  }
}

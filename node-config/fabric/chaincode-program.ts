/**
 * What a chaincode server runs, as one digest that members can compare. It covers the sources of the
 * contracts and of the verifier that they rest on, the file that is started, and the lock file, by
 * whose digests the package manager checks the libraries that it installs. It covers neither the
 * installed libraries themselves nor the version of Node.js.
 */
import { createHash } from 'node:crypto';
import { access, readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { unlessAbsent } from '../../gateway/src/identity/private-file.ts';

const LOCK = 'package-lock.json';
const SOURCES = [join('chaincode', 'src'), join('proof', 'src')];
const MANIFESTS = [join('chaincode', 'package.json'), join('proof', 'package.json')];
const IS_SOURCE = /\.ts$/;
const IS_TEST = /\.test\.ts$/;

/** There is no release around a program. */
export class UnknownProgram extends Error {
  override readonly name = 'UnknownProgram';
}

/**
 * Hex SHA-256 over a line `<hex SHA-256>  <path>` for each file, as `sha256sum` prints them, in
 * ascending order of the paths.
 * @param server absolute path of the file that is started.
 * @throws UnknownProgram
 */
export async function digestProgram(server: string): Promise<string> {
  const root = await findRelease(server);
  const found = await Promise.all(SOURCES.map((folder) => listSources(root, folder)));
  const all = [...found.flat(), ...MANIFESTS, LOCK, relative(root, server)];
  const paths = [...new Set(all)].map((path) => path.split(sep).join('/')).sort();
  const lines = await Promise.all(
    paths.map(async (path) => `${sha256(await readFile(join(root, path)))}  ${path}\n`),
  );
  return sha256(lines.join(''));
}

const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');

/** The directory that the program was installed in. */
async function findRelease(server: string): Promise<string> {
  await access(server).catch((cause) => {
    throw new UnknownProgram(`there is no program ${server}`, { cause });
  });
  for (let directory = dirname(server); ; directory = dirname(directory)) {
    if (await unlessAbsent(access(join(directory, LOCK)).then(() => true))) return directory;
    if (directory === dirname(directory)) {
      throw new UnknownProgram(`no ${LOCK} in any directory above ${server}`);
    }
  }
}

async function listSources(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && IS_SOURCE.test(entry.name) && !IS_TEST.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

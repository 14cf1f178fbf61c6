/** Finds Fabric's programs on this machine. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export const PROGRAMS = ['peer', 'orderer', 'configtxgen', 'osnadmin'] as const;
export type Program = (typeof PROGRAMS)[number];
export type Binaries = Readonly<Record<Program, string>>;

export class MissingProgram extends Error {
  override readonly name = 'MissingProgram';
}

/**
 * Absolute paths, from the directory `FABRIC_BIN` where it is set, else from `PATH`.
 * @throws MissingProgram saying what is missing and where users get it.
 */
export function findBinaries(environment: NodeJS.ProcessEnv): Binaries {
  const own = environment.FABRIC_BIN;
  const directories = own ? [own] : (environment.PATH ?? '').split(delimiter).filter(Boolean);
  const found = PROGRAMS.map((program) => [program, findProgram(program, directories)] as const);
  const missing = found.filter(([, path]) => path === undefined).map(([program]) => program);
  if (missing.length > 0) {
    const where = own ? `in FABRIC_BIN (${own})` : 'on PATH, and FABRIC_BIN is not set';
    throw new MissingProgram(
      `${missing.join(', ')} of Hyperledger Fabric 3.1 not found ${where}; get hyperledger-fabric-*-3.1.5.tar.gz from https://github.com/hyperledger/fabric/releases`,
    );
  }
  return Object.fromEntries(found) as Record<Program, string>;
}

function findProgram(program: Program, directories: readonly string[]): string | undefined {
  return directories.map((directory) => join(directory, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Between a process and its system calls on files below one directory: a chosen one fails or kills
 * the process, and all that change files are recorded with their bytes (see disk-shim.c).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const SOURCE = join(import.meta.dirname, 'disk-shim.c');
const CONTROL_BYTES = 4096;
const RULE_AT = 12;

/** Why there can be no shim on this machine; undefined if there can. */
export function findShimGap(): string | undefined {
  if (process.platform !== 'linux') return 'skipped: system calls are intercepted on Linux only';
  if (spawnSync('cc', ['--version']).status !== 0) return 'skipped: there is no C compiler cc';
  return undefined;
}

export type Outcome = 'EIO' | 'ENOSPC' | 'killed before' | 'killed after';

/** Which call is to fail, and how. */
export interface DiskFault {
  /** POSIX extended regular expressions; a path is relative to the directory. Neither has a space. */
  readonly calls: string;
  readonly paths: string;
  /** The first of the matching calls that fails, from 1. */
  readonly from: number;
  /** How many fail from there on: all, as on a disk that is gone or full, unless given. */
  readonly times?: number;
  readonly outcome: Outcome;
}

const ERRORS: Readonly<Record<Outcome, number>> = {
  EIO: constants.errno.EIO,
  ENOSPC: constants.errno.ENOSPC,
  'killed before': 0,
  'killed after': -1,
};

export class DiskShim {
  readonly #library: string;
  readonly #control: string;

  private constructor(library: string, control: string) {
    this.#library = library;
    this.#control = control;
  }

  /** Builds it in an own directory. */
  static async build(directory: string): Promise<DiskShim> {
    const library = join(directory, 'disk-shim.so');
    execFileSync('cc', ['-O2', '-shared', '-fPIC', '-o', library, SOURCE, '-ldl', '-lpthread']);
    const control = join(directory, 'control');
    await writeFile(control, Buffer.alloc(CONTROL_BYTES));
    return new DiskShim(library, control);
  }

  /** Environment of a process that is to run behind it; with `log`, all is recorded there. */
  environment(root: string, log?: string): Record<string, string> {
    return {
      LD_PRELOAD: this.#library,
      SHIM_ROOT: root,
      SHIM_CONTROL: this.#control,
      ...(log !== undefined && { SHIM_LOG: log }),
    };
  }

  /** From now on, for the process that runs and those that follow. */
  arm({ calls, paths, from, times = 1_000_000_000, outcome }: DiskFault): void {
    this.#write(`${from} ${times} ${ERRORS[outcome]} ${calls} ${paths}`);
  }

  disarm(): void {
    this.#write('');
  }

  /** How often the armed fault has happened. */
  get fired(): number {
    return readFileSync(this.#control).readUInt32LE(8);
  }

  #write(text: string): void {
    const file = openSync(this.#control, 'r+');
    try {
      const rule = Buffer.alloc(CONTROL_BYTES - RULE_AT);
      rule.write(text);
      const turn = Buffer.alloc(RULE_AT);
      readSync(file, turn, 0, RULE_AT, 0);
      turn.writeUInt32LE(turn.readUInt32LE(0) + 1, 0);
      turn.writeUInt32LE(0, 4);
      turn.writeUInt32LE(0, 8);
      writeSync(file, rule, 0, rule.length, RULE_AT);
      writeSync(file, turn, 0, RULE_AT, 0);
    } finally {
      closeSync(file);
    }
  }
}

/** One call, as it was recorded. */
export interface DiskCall {
  readonly call: string;
  /** What the call returned; negative if it failed. */
  readonly result: number;
  readonly inode: string;
  /** Where a write went, to what length a file was cut. */
  readonly offset: number;
  /** Below the root; of a rename, the new name. */
  readonly path: string;
  /** The old name. */
  readonly from: string;
  /** What was written, or sent. */
  readonly bytes: Buffer;
}

export function readDiskLog(file: string): DiskCall[] {
  const log = readFileSync(file);
  const calls: DiskCall[] = [];
  for (let at = 0; at < log.length; ) {
    const end = log.indexOf(10, at);
    const fields = log.toString('utf8', at, end).split('\t');
    const [call, result, , inode, offset, path, from, length] = fields as [string, ...string[]];
    const bytes = log.subarray(end + 1, end + 1 + Number(length));
    calls.push({
      ...{ call, bytes, inode: inode!, path: path!, from: from! },
      ...{ result: Number(result), offset: Number(offset) },
    });
    at = end + 1 + Number(length);
  }
  return calls;
}

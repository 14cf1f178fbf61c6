/** A command of `scripts/`, run as its user runs it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param milliseconds after which it is ended: a command that hangs has failed. */
export function runScript(
  name: string,
  args: readonly string[],
  milliseconds = 60_000,
): Promise<Ran> {
  const options = { cwd: root, timeout: milliseconds, killSignal: 'SIGKILL' } as const;
  return new Promise((resolve) => {
    execFile(join(root, 'scripts', name), args, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}

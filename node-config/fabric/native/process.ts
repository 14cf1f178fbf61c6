/**
 * Programs that outlive the command that started them. A process is known by its number and its start
 * time together: a number alone may by now belong to somebody else's process.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const POLL = 50;

export interface ProcessRef {
  readonly pid: number;
  /** As the system tells it: the same text for as long as the process lives. */
  readonly started: string;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** File that output is appended to. */
  readonly log: string;
}

/** Starts a process in a group of its own, without a terminal. @throws if it cannot be started. */
export async function startProcess(command: Command): Promise<ProcessRef> {
  const log = openSync(command.log, 'a', 0o600);
  try {
    const child = spawn(command.program, command.args, {
      cwd: command.directory,
      env: command.environment,
      detached: true,
      stdio: ['ignore', log, log],
    });
    await once(child, 'spawn');
    child.unref();
    const pid = child.pid!;
    const started = await readStart(pid);
    if (started === undefined)
      throw new Error(`${command.program} ended at once; see ${command.log}`);
    return { pid, started };
  } finally {
    closeSync(log);
  }
}

export async function isRunning({ pid, started }: ProcessRef): Promise<boolean> {
  return (await readStart(pid)) === started;
}

/** SIGTERM, and SIGKILL to what is still there after `grace` milliseconds. */
export async function stopProcess(ref: ProcessRef, grace: number): Promise<void> {
  const patience = Date.now() + grace;
  for (let signal: NodeJS.Signals | undefined = 'SIGTERM'; await isRunning(ref); ) {
    if (signal) process.kill(ref.pid, signal);
    signal = Date.now() > patience ? 'SIGKILL' : undefined;
    await sleep(POLL);
  }
}

/** `undefined` where there is no such process, or only the remains of one. */
async function readStart(pid: number): Promise<string | undefined> {
  const [state, start] = (await readLinuxStat(pid)) ?? (await askPs(pid)) ?? [];
  return state === undefined || state.startsWith('Z') ? undefined : start;
}

/** proc(5): fields 3 and 22, after the name in parentheses; exact to the clock tick. */
async function readLinuxStat(pid: number): Promise<[string, string] | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [fields[0]!, fields[19]!];
  } catch {
    return undefined;
  }
}

/** Where there is no /proc. */
async function askPs(pid: number): Promise<[string, string] | undefined> {
  try {
    const { stdout } = await run('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
    });
    const [state = '', ...start] = stdout.trim().split(/\s+/);
    return [state, start.join(' ')];
  } catch {
    return undefined;
  }
}

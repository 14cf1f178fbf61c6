/** For this folder's tests: the doctor as a process, and machines with a fault made real. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Result } from './result.mjs';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PROGRAM = join(ROOT, 'gateway', 'src', 'doctor', 'main.mjs');
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

/** Modes mean nothing to root, so faults of permission are tried as somebody else. */
const AS_NOBODY = isRoot
  ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
  : [];
export const canBeNobody =
  spawnSync('/usr/bin/env', [...AS_NOBODY, process.execPath, PROGRAM, '--help']).status === 0;

/** A fresh directory that others may enter, removed when the running test ends. */
export function makeTestDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'tabellion-doctor-'));
  chmodSync(directory, 0o755);
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A data directory as a gateway makes it. */
export function makeData(parent = makeTestDirectory()): string {
  const data = join(parent, 'data');
  mkdirSync(join(data, 'ledger'), { recursive: true, mode: 0o700 });
  writeFileSync(join(data, 'ledger', 'ledger.sqlite'), 'blocks', { mode: 0o600 });
  return data;
}

export interface Diagnosis {
  readonly exit: number | null;
  readonly results: readonly Result[];
  /** The result of one check. */
  readonly of: (check: string) => Result | undefined;
}

export interface Trial {
  readonly data?: string;
  readonly port?: number;
  readonly environment?: NodeJS.ProcessEnv;
  readonly asNobody?: boolean;
}

/** Runs the checks that need nothing installed. */
export async function diagnose({ data, port, environment, asNobody }: Trial): Promise<Diagnosis> {
  const where = data ?? join(makeTestDirectory(), 'data');
  const words = [PROGRAM, '--json', '--data', where, '--port', String(port ?? (await findPort()))];
  const command = [...(asNobody ? AS_NOBODY : []), process.execPath, ...words];
  return read(await run(command, { ...process.env, ...environment }));
}

/** Runs a program to its end, without holding up this process, which may be asked by it. */
export async function run(command: readonly string[], environment: NodeJS.ProcessEnv) {
  const [file, ...words] = command;
  const child = spawn(file!, words, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const [exit] = (await once(child, 'close')) as [number | null];
  return { exit, stdout, stderr };
}

export function read({ exit, stdout, stderr }: Awaited<ReturnType<typeof run>>): Diagnosis {
  if (stdout === '') throw new Error(stderr);
  const results = (JSON.parse(stdout) as { checks: Result[] }).checks;
  return { exit, results, of: (name) => results.find(({ check }) => check === name) };
}

/** A process that does something until the running test ends; resolves once it says that it does. */
export async function hold(program: string, ...words: string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', program, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  });
  await once(child.stdout!, 'data');
  return child;
}

/** A free port of this machine, free again. */
export async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A checkout with the doctor and nothing else, not installed. */
export function makeCheckout(): string {
  const root = makeTestDirectory();
  for (const path of ['package.json', 'package-lock.json', 'scripts/doctor', 'gateway/src/doctor'])
    cpSync(join(ROOT, path), join(root, path), { recursive: true });
  return root;
}

/**
 * A directory to stand alone in PATH, with these programs of the machine and these scripts.
 * @param scripts by name; what each is to run as `/bin/sh`.
 */
export function makePath(
  programs: readonly string[],
  scripts: Readonly<Record<string, string>> = {},
): string {
  const directory = join(makeTestDirectory(), 'bin');
  mkdirSync(directory);
  const write = (name: string, text: string) => {
    writeFileSync(join(directory, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(directory, name), 0o755);
  };
  for (const name of programs) {
    const found = spawnSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
    write(name, `exec '${found.stdout.trim()}' "$@"`);
  }
  for (const [name, text] of Object.entries(scripts)) write(name, text);
  return directory;
}

/** A Node.js that says that it is of another version, and is the present one otherwise. */
export const pretendNode = (version: string): string => `case "$1" in
--version) echo v${version} ;;
-p) echo ${version.split('.')[0]} ;;
*) exec '${process.execPath}' "$@" ;;
esac`;

/** Mounts a small file system in memory; returns false where this user cannot. */
export function mountSmall(directory: string, options: string): boolean {
  mkdirSync(directory, { recursive: true });
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory]);
  if (status === 0) onTestFinished(() => void spawnSync('umount', [directory]));
  return status === 0;
}

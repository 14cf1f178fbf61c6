/** For this folder's tests: the program in this process, with a home of its own and no terminal. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Context } from './context.ts';
import { runProgram } from './run.ts';

export interface CliResult {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly home: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly now?: () => number;
  /** Sees standard error as it is written. */
  readonly onStderr?: (text: string) => void;
}

export async function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  stdout.on('data', (chunk: Buffer) => out.push(chunk));
  stderr.on('data', (chunk: Buffer) => {
    err.push(chunk);
    options.onStderr?.(chunk.toString());
  });
  const context: Context = {
    environment: { TABELLION_HOME: options.home, ...options.environment },
    stdin: Readable.from([options.stdin ?? '']),
    stdout,
    stderr,
    now: options.now ?? Date.now,
    signal: new AbortController().signal,
  };
  const exit = await runProgram(args, context);
  return { exit, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
}

/** A fresh directory, removed when the running test ends. */
export async function makeTestDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'tabellion-cli-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A small HTTP server on a free port of this machine, gone when the running test ends. */
export async function serveTest(listener: RequestListener): Promise<URL> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

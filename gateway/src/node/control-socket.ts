/**
 * How the operator's commands reach a running gateway: a Unix socket in its data directory, for its own
 * user only. One line of JSON there, one line back.
 */
import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join, relative } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers/promises';

export const CONTROL_SOCKET = 'control.sock';
/** The system cuts longer names off: 104 bytes with the closing zero on macOS, 108 on Linux. */
const MAX_NAME = 103;
/** A request is a verb and a path. */
const MAX_REQUEST = 16_384;

export interface ControlRequest {
  readonly verb: 'backup';
  /** Absolute. */
  readonly to: string;
}

export type ControlAnswer =
  | { readonly done: unknown }
  | { readonly failed: { readonly code: string | undefined; readonly message: string } };

/** Undefined where the directory's name is too long for a socket. */
export function controlPath(directory: string): string | undefined {
  const path = join(directory, CONTROL_SOCKET);
  const names = [path, relative(process.cwd(), path)];
  return names.find((name) => Buffer.byteLength(name) <= MAX_NAME);
}

/** The directory must be held: what a process that is gone left there is taken away. */
export async function listenForControl(
  path: string,
  perform: (request: ControlRequest) => Promise<unknown>,
): Promise<{ close(): Promise<void> }> {
  await rm(path, { force: true });
  const sockets = new Set<Socket>();
  const running = new Set<Promise<unknown>>();
  const run = (request: ControlRequest) => {
    const work = perform(request);
    const ended = work.catch(() => undefined).finally(() => running.delete(ended));
    running.add(ended);
    return work;
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // Whoever has gone gets no answer.
    socket.on('error', () => undefined);
    void answer(socket, run);
  });
  server.listen(path);
  await once(server, 'listening');
  await chmod(path, 0o600);
  return {
    async close() {
      server.close();
      // What was asked for is finished and answered; who asked for nothing yet is not waited for.
      await Promise.all(running);
      await setImmediate();
      for (const socket of sockets) {
        if (socket.writableEnded) socket.destroySoon();
        else socket.destroy();
      }
    },
  };
}

async function answer(socket: Socket, perform: (request: ControlRequest) => Promise<unknown>) {
  try {
    const request = JSON.parse(await readLine(socket)) as ControlRequest;
    socket.end(`${JSON.stringify({ done: await perform(request) })}\n`);
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    socket.end(`${JSON.stringify({ failed: { code, message } })}\n`);
  }
}

async function readLine(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.includes('\n')) return text.slice(0, text.indexOf('\n'));
    if (text.length > MAX_REQUEST) break;
  }
  throw new Error('not one line');
}

/** Undefined where nobody listens. @throws Error if it goes away before it has answered. */
export async function askControl(
  path: string,
  request: ControlRequest,
): Promise<ControlAnswer | undefined> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ECONNREFUSED', 'ENOTSOCK'].includes(code)) return undefined;
    throw error;
  }
  socket.write(`${JSON.stringify(request)}\n`);
  for await (const line of createInterface({ input: socket })) {
    return JSON.parse(line) as ControlAnswer;
  }
  throw new Error('the gateway ended before it answered');
}

/** A node as its operator runs it: `scripts/start` in a process of its own, again and again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { signInSystem } from '../../gateway/src/identity/sign-in.ts';

const START = join(import.meta.dirname, '../../scripts/start.ts');
/** Tokens live longer than this, milliseconds. */
const TOKEN_MS = 60_000;

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it said. */
  readonly stderr: string;
}

export interface NodePlace {
  readonly data: string;
  readonly port: number;
}

export interface StartOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Program and arguments in front of the node's own, as `strace` wants it. */
  readonly wrapper?: readonly string[];
}

export class NodeProcess {
  readonly #child: ChildProcess;
  readonly #isWrapped: boolean;
  readonly ended: Promise<Ended>;
  #hasEnded = false;

  private constructor(child: ChildProcess, isWrapped: boolean) {
    this.#child = child;
    this.#isWrapped = isWrapped;
    let stderr = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    this.ended = once(child, 'close').then(([code, signal]) => {
      this.#hasEnded = true;
      return { code, signal, stderr };
    });
  }

  /** Ready when it resolves. @throws if it ends before it is ready, with what it said. */
  static async start(
    { data, port }: NodePlace,
    { environment, wrapper = [] }: StartOptions = {},
  ): Promise<NodeProcess> {
    const node = [process.execPath, START, '--data', data, '--port', `${port}`, '--json'];
    const [program, ...args] = [...wrapper, ...node];
    const child = spawn(program!, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    const started = new NodeProcess(child, wrapper.length > 0);
    const ready = once(createInterface({ input: child.stdout! }), 'line').then(() => undefined);
    const ended = await Promise.race([ready, started.ended]);
    if (ended) throw new Error(`ended before it was ready: ${JSON.stringify(ended)}`);
    return started;
  }

  /** Of the node itself. */
  get pid(): number {
    const pid = this.#child.pid!;
    if (!this.#isWrapped) return pid;
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    // A wrapper may have become the node itself.
    return child ? Number(child) : pid;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  end(signal: NodeJS.Signals): Promise<Ended> {
    if (!this.#hasEnded) process.kill(this.pid, signal);
    return this.ended;
  }
}

/** The access token of one member's system, renewed as needed. */
export function createSystemToken({ data, port }: NodePlace, member: string) {
  let token: { readonly text: string; readonly at: number } | undefined;
  return async (): Promise<string> => {
    if (token && Date.now() - token.at < TOKEN_MS) return token.text;
    const people = JSON.parse(await readFile(join(data, 'dev', 'people.json'), 'utf8')) as {
      systems: { clientId: string; clientSecret: string; member: string }[];
    };
    const { clientId, clientSecret } = people.systems.find((one) => one.member === member)!;
    const issuer = `http://127.0.0.1:${port}/oidc`;
    const signIn = signInSystem({ issuer, clientId, clientSecret });
    const { accessToken } = await signIn.catch((cause) => {
      // As `fetch` says it: nobody is there.
      throw new TypeError('no sign-in', { cause });
    });
    token = { text: accessToken, at: Date.now() };
    return accessToken;
  };
}

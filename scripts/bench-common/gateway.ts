/** A gateway as its operator runs it, in a process of its own, and one member's system at it. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { draftAcquisition } from '../../gateway/src/evidence/testing.ts';
import { signInSystem } from '../../gateway/src/identity/sign-in.ts';
import { startServer } from './server-process.ts';

const START = join(import.meta.dirname, '..', 'start');
/** What the gateway allows one caller by default would be all that is measured. */
const LIMIT = ['--requests-per-minute', '10000000', '--private-per-day', '100000000000'];
/** The system of the member that collects, and a legal basis of its jurisdiction. */
const SYSTEM = 'system.de';
const JURISDICTION = 'DE';
const LEGAL_BASIS = 'de-stpo-94';

export interface BenchGateway extends AsyncDisposable {
  readonly address: string;
  /** An access token of the member's system; it lasts ten minutes. */
  signIn(): Promise<string>;
  /** Resolves once the projection has caught up with the ledger. */
  ready(): Promise<void>;
  /** Opens an acquisition and returns its ID. */
  acquire(token: string): Promise<string>;
  /** Largest resident set so far, megabytes. */
  peakMegabytes(): number;
  /** Resolves when what goes on behind the answers has ended, so that it disturbs no other measure. */
  rest(): Promise<void>;
}

/** @param data where it keeps everything; a later process goes on there. */
export async function startBenchGateway(data: string): Promise<BenchGateway> {
  const server = await startServer(START, ['--data', data, '--port', '0', '--json', ...LIMIT]);
  const { address, pid } = server;

  const call = async (token: string, path: string, body?: unknown) => {
    const response = await fetch(address + path, {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  };

  return {
    address,
    async ready() {
      while (!(await fetch(`${address}/v1/health/ready`)).ok) await sleep(LOOK_MS);
    },
    async signIn() {
      const people = JSON.parse(await readFile(join(data, 'dev', 'people.json'), 'utf8'));
      const { clientSecret } = people.systems.find(
        ({ clientId }: { clientId: string }) => clientId === SYSTEM,
      );
      const client = { issuer: `${address}/oidc`, clientId: SYSTEM, clientSecret };
      return (await signInSystem(client)).accessToken;
    },
    async acquire(token) {
      const input = draftAcquisition(JURISDICTION, LEGAL_BASIS);
      await call(token, '/v1/evidence/acquire', { input });
      return input.id;
    },
    peakMegabytes: () => readPeak(pid),
    rest: () => awaitRest(pid),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** proc(5): VmHWM, in units of 1,024 bytes. */
function readPeak(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return (Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / 1e6;
}

const LOOK_MS = 250;
/** Times in /proc are counted in hundredths of a second. */
const RESTING_TICKS = 2;

async function awaitRest(pid: number): Promise<void> {
  for (let before = readTicks(pid); ; ) {
    await sleep(LOOK_MS);
    const now = readTicks(pid);
    if (now - before <= RESTING_TICKS) return;
    before = now;
  }
}

/** proc(5): user and system time, fields 14 and 15, after the name in parentheses. */
function readTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/**
 * The main job on real files, with the same commands that a person types: every file of this checkout
 * is anchored, one proof is exported, the gateway is stopped, and file and proof are verified offline,
 * unchanged and with one byte flipped.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { approveDevice } from '../gateway/src/identity/device-approval.ts';
import { serve } from './serve.ts';

const ROOT = join(import.meta.dirname, '..');
const START = join(import.meta.dirname, 'start.ts');
const CLI = join(ROOT, 'gateway', 'src', 'cli', 'main.ts');
/** The file whose proof is exported. */
const EXHIBIT = 'LICENSE';
const PERSON = 'investigator.cn';
const ACQUISITION = {
  '--case': 'DEMO/2026/1',
  '--legal-basis': 'cn-cpl-136@1',
  '--method': 'device-imaging@1',
  '--standard': 'iso-iec-27037@1',
  '--route': 'DOMESTIC',
  '--system': 'CN',
  '--publicly-released': 'NO',
  '--full-copy': 'The whole checkout serves as the seized medium',
  '--reason': 'Demonstration on the files of this checkout',
};

export interface DemoOptions {
  readonly port: number;
  readonly once: boolean;
  readonly json: boolean;
}

interface Ready {
  readonly address: string;
  readonly users: readonly { readonly user: string; readonly password: string }[];
}

/** @returns the exit code: 0 if every step did what it should. */
export async function runDemo({ port, once: single, json }: DemoOptions): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'tabellion-demo-'));
  const say = (text: string) => void (json ? undefined : process.stdout.write(`${text}\n`));
  try {
    const result = await demonstrate(directory, single ? 0 : port, say, json);
    if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
    const { intact, altered } = result.verdicts;
    if (intact !== 'INTACT' || altered !== 'FILE_DIGEST_MISMATCH') return 1;
    if (single) return 0;
    say('\nThe gateway runs again on the same data, for you to look around.\n');
    return await serve({ directory: join(directory, 'data'), port, json: false });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function demonstrate(
  directory: string,
  port: number,
  say: (text: string) => void,
  json: boolean,
) {
  const started = performance.now();
  const data = join(directory, 'data');
  const gateway = await startGateway(data, port);
  const cli = createCli(directory, say, json);
  try {
    const { address, users } = gateway.ready;
    say(`A consortium of four members and its gateway run at ${address}, in ${data}.`);

    say(`\n1. ${PERSON} signs in; the key is made here and stays here.`);
    const { password } = users.find(({ user }) => user === PERSON)!;
    await cli.signIn(['init', '--gateway', address, '--trust-on-first-use'], password);

    say('\n2. An act of collection is recorded, with its legal basis, method and standard.');
    const { id } = await cli.run<{ id: string }>([
      'acquire',
      ...Object.entries(ACQUISITION).flat(),
    ]);
    say(`   acquisition ${id}`);

    say('\n3. Every file of this checkout is hashed and anchored.');
    const { totals, omitted } = await cli.run<{
      totals: { batches: number; items: number; bytes: number };
      omitted: number;
    }>(['anchor', '--acquisition', id, ROOT], { allowed: [0, 3] });
    say(
      `   ${totals.items} items, ${totals.bytes} bytes, ${totals.batches} batches; ${omitted} unread`,
    );

    say('\n4. The acquisition is closed with its totals, so that an omission would show.');
    await cli.run(['close', id, '--reason', 'Everything was collected']);

    say(`\n5. The proof of one file travels: ${EXHIBIT}, its proof and the trust file.`);
    const file = join(directory, EXHIBIT);
    const proof = join(directory, `${EXHIBIT}.proof.json`);
    const trust = join(directory, 'trust.json');
    await copyFile(join(ROOT, EXHIBIT), file);
    await cli.run(['proof', 'export', file, '--output', proof]);
    await cli.run(['trust', 'export', '--output', trust]);
    say(`   the proof has ${(await readFile(proof)).length} bytes`);

    say('\n6. The gateway is stopped. From here on nothing but these three files is used.');
    await gateway.stop();

    const verify = ['verify', proof, '--trust', trust, '--file', file];
    say('\n7. Verified offline:');
    const intact = await cli.run<Verdict>(verify);
    say(`   ${intact.code}: ${intact.message}`);

    say('\n8. One byte of the file is flipped:');
    await flipByte(file);
    const altered = await cli.run<Verdict>(verify, { allowed: [10] });
    say(`   ${altered.code}: ${altered.message}`);

    const seconds = Math.round((performance.now() - started) / 100) / 10;
    say(`\nDone in ${seconds} s.`);
    return {
      items: totals.items,
      batches: totals.batches,
      seconds,
      verdicts: { intact: intact.code, altered: altered.code },
    };
  } finally {
    await gateway.stop();
  }
}

interface Verdict {
  readonly code: string;
  readonly message: string;
}

async function flipByte(file: string): Promise<void> {
  const bytes = await readFile(file);
  const middle = bytes.length >> 1;
  bytes[middle] = bytes[middle]! ^ 1;
  await writeFile(file, bytes);
}

/** `scripts/start --json` as a process of its own, so that stopping it leaves nothing behind. */
async function startGateway(data: string, port: number) {
  const args = [START, '--data', data, '--port', String(port), '--json'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(() => {
      throw new Error('the gateway did not start');
    }),
  ]);
  return {
    ready: JSON.parse(line as string) as Ready,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

function createCli(directory: string, say: (text: string) => void, quiet: boolean) {
  const environment = { ...process.env, TABELLION_HOME: join(directory, 'investigator') };
  const start = (args: readonly string[], stderr: 'inherit' | 'pipe') => {
    say(`   $ tabellion ${args.map(quote).join(' ')}`);
    return spawn(process.execPath, [CLI, ...args, '--json'], {
      cwd: directory,
      env: environment,
      stdio: ['ignore', 'pipe', stderr],
    });
  };
  const finish = async (
    child: ChildProcess,
    args: readonly string[],
    allowed: readonly number[],
  ) => {
    const [output, [code]] = await Promise.all([readAll(child), once(child, 'exit')]);
    if (allowed.includes(code as number)) return JSON.parse(output);
    throw new Error(`tabellion ${args[0]} ended with ${code}: ${output}`);
  };
  return {
    run: async <T>(args: readonly string[], { allowed = [0] } = {}): Promise<T> =>
      finish(start(args, quiet ? 'pipe' : 'inherit'), args, allowed),
    /** Approves the device as the person would in a browser. */
    signIn: async (args: readonly string[], password: string) => {
      const child = start([...args, '--progress', 'json'], 'pipe');
      const lines = createInterface({ input: child.stderr! });
      lines.on('line', (line) => {
        const { signIn } = JSON.parse(line);
        approveDevice({ ...signIn, user: PERSON, password }).catch((error: unknown) => {
          process.stderr.write(`tabellion: ${String(error)}\n`);
          child.kill();
        });
      });
      await finish(child, args, [0]);
    },
  };
}

async function readAll(child: ChildProcess): Promise<string> {
  child.stderr?.resume();
  let text = '';
  for await (const chunk of child.stdout!.setEncoding('utf8')) text += chunk;
  return text;
}

const quote = (word: string) => (/^[\w./:@=-]+$/.test(word) ? word : `'${word}'`);

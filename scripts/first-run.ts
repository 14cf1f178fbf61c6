/**
 * Tries the first run as new users have it: clones what is committed, and runs the demonstration there
 * with another Node.js, in another place, as another user, without network once it is installed, and
 * with the port taken. Each trial begins with an empty npm cache.
 */
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { parseArgs, promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..');
const run = promisify(execFile);

/** From the fresh clone to the first proof, on two cores; most of it is npm. */
const GOAL_SECONDS = 90;
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

interface Trial {
  readonly name: string;
  /** Major version of the Node.js that the user has. */
  readonly node: number;
  readonly folder: string;
  readonly ignoreScripts?: boolean;
  /** Run by a user who is not root. */
  readonly asNobody?: boolean;
}

const TRIALS: readonly Trial[] = [
  { name: 'node-20', node: 20, folder: 'tabellion' },
  { name: 'odd-path', node: 24, folder: "证据 存证 it's here", ignoreScripts: true },
  { name: 'not-root', node: 26, folder: 'tabellion', asNobody: true },
];

interface Result {
  readonly trial: string;
  readonly node: string;
  /** From the fresh clone to verified proofs, npm included. */
  readonly seconds: number;
  readonly checks: Readonly<Record<string, boolean | string>>;
  readonly ok: boolean;
}

/** One user's machine: a home, a Node.js first on the path, an empty npm cache. */
class Machine {
  readonly directory: string;
  readonly #trial: Trial;
  readonly #env: NodeJS.ProcessEnv;

  constructor(trial: Trial, nodeDirectory: string) {
    this.#trial = trial;
    this.directory = mkdtempSync(join(tmpdir(), 'tabellion-first-run-'));
    chmodSync(this.directory, 0o755);
    const home = join(this.directory, 'home');
    mkdirSync(home);
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(npm_|NODE_|XDG_)/.test(name),
    );
    this.#env = {
      ...Object.fromEntries(inherited),
      HOME: home,
      PATH: [nodeDirectory, process.env.PATH].join(delimiter),
      npm_config_cache: join(home, 'npm'),
      ...inheritNpm('registry'),
      ...inheritNpm('cafile'),
      ...(trial.ignoreScripts && { npm_config_ignore_scripts: 'true' }),
    };
  }

  get checkout(): string {
    return join(this.directory, 'work', this.#trial.folder);
  }

  async clone(): Promise<void> {
    const work = dirname(this.checkout);
    mkdirSync(work);
    await run('git', ['clone', '--quiet', ROOT, this.checkout]);
    if (!this.#isNobody) return;
    for (const path of [this.directory, ...listBelow(this.directory)])
      chownSync(path, NOBODY, NOBODY);
  }

  /** Runs a command in the checkout; never throws for its exit code. */
  async run(command: readonly string[]): Promise<{ code: number; out: string; err: string }> {
    const [file, ...args] = this.#isNobody
      ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...command]
      : command;
    const options = { cwd: this.checkout, env: this.#env, maxBuffer: 1 << 26 };
    return run(file!, args, options).then(
      ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
      ({ code, stdout, stderr }) => ({ code: Number(code), out: stdout, err: stderr }),
    );
  }

  /** As `run`, where nothing but this machine can be reached. */
  runOffline(command: readonly string[]) {
    const script = 'ip link set lo up && exec "$@"';
    const rootless = this.#isNobody || !isRoot ? ['--map-root-user'] : [];
    return this.run(['unshare', ...rootless, '--net', 'sh', '-c', script, 'sh', ...command]);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  get #isNobody(): boolean {
    return this.#trial.asNobody === true && isRoot;
  }
}

const DEMO = ['./scripts/start', '--demo', '--once', '--json'];

async function tryFirstRun(trial: Trial, nodes: string): Promise<Result> {
  const nodeDirectory = await bringNode(trial.node, nodes);
  const machine = new Machine(trial, nodeDirectory);
  try {
    const began = performance.now();
    await machine.clone();
    const first = await machine.run(DEMO);
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    const checks = {
      demo: judgeDemo(first),
      'demo without network': judgeDemo(await machine.runOffline(DEMO)),
      'port taken': await tryTakenPort(machine),
      'checkout unchanged': await isUnchanged(machine),
    };
    const node = await readVersion(join(nodeDirectory, 'node'));
    const ok = seconds <= GOAL_SECONDS && Object.values(checks).every((check) => check === true);
    return { trial: trial.name, node, seconds, checks, ok };
  } finally {
    machine.remove();
  }
}

type Ran = Awaited<ReturnType<Machine['run']>>;

/** True, or what was seen instead. */
function judgeDemo({ code, out, err }: Ran): true | string {
  if (code !== 0) return `exit ${code}: ${err.trim().slice(-500)}`;
  const { verdicts } = JSON.parse(out) as { verdicts: Record<string, string> };
  const { intact, custody, altered } = verdicts;
  const isRight = intact === 'INTACT' && custody === 'INTACT';
  return (isRight && altered === 'FILE_DIGEST_MISMATCH') || JSON.stringify(verdicts);
}

/** The start must say so in words, end with 1, and leave whoever has the port in peace. */
async function tryTakenPort(machine: Machine): Promise<true | string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as { port: number };
    const { code, err } = await machine.run(['./scripts/start', '--port', String(port)]);
    const isTold = err.includes(`port ${port}`) && !/^\s+at /m.test(err);
    return (code === 1 && isTold) || `exit ${code}: ${err.trim().slice(-500)}`;
  } finally {
    server.close();
  }
}

async function isUnchanged(machine: Machine): Promise<true | string> {
  const { out, err } = await machine.run(['git', 'status', '--porcelain']);
  return out + err === '' || out + err;
}

/** A directory that holds a `node` of this major version: one of this machine's, or npm's. */
async function bringNode(major: number, nodes: string): Promise<string> {
  const own = execFileSync('sh', ['-c', 'command -v node || true'], { encoding: 'utf8' }).trim();
  for (const node of [own, process.execPath]) {
    if (node === '' || !(await readVersion(node)).startsWith(`v${major}.`)) continue;
    const links = join(nodes, `own-${major}`);
    mkdirSync(links);
    symlinkSync(node, join(links, 'node'));
    return links;
  }
  const prefix = join(nodes, String(major));
  const name = `node-${process.platform}-${process.arch}`;
  mkdirSync(prefix, { recursive: true });
  await run('npm', ['install', '--prefix', prefix, '--no-audit', '--no-fund', `${name}@${major}`]);
  return join(prefix, 'node_modules', name, 'bin');
}

const readVersion = async (node: string) => (await run(node, ['--version'])).stdout.trim();

/** Where this machine gets packages, which the user's npm would not know. */
function inheritNpm(setting: 'registry' | 'cafile'): NodeJS.ProcessEnv {
  const value = execFileSync('npm', ['config', 'get', setting], { encoding: 'utf8' }).trim();
  return value === 'null' ? {} : { [`npm_config_${setting}`]: value };
}

function* listBelow(directory: string): Generator<string> {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true }))
    yield join(entry.parentPath, entry.name);
}

function print({ trial, node, seconds, checks, ok }: Result): void {
  const failed = Object.entries(checks).filter(([, check]) => check !== true);
  process.stdout.write(
    `${ok ? 'ok  ' : 'FAIL'}  ${trial.padEnd(10)} ${node.padEnd(10)} ${seconds} s\n`,
  );
  for (const [name, check] of failed) process.stdout.write(`      ${name}: ${check}\n`);
}

const USAGE = `usage: scripts/first-run [--json] [NAME…], where NAME is one of: ${TRIALS.map(({ name }) => name).join(', ')}\n`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const unknown = positionals.filter((name) => TRIALS.every((trial) => trial.name !== name));
  if (unknown.length > 0) {
    process.stderr.write(USAGE);
    return 2;
  }
  const nodes = mkdtempSync(join(tmpdir(), 'tabellion-nodes-'));
  chmodSync(nodes, 0o755);
  try {
    const results: Result[] = [];
    for (const trial of TRIALS) {
      if (positionals.length > 0 && !positionals.includes(trial.name)) continue;
      const result = await tryFirstRun(trial, nodes);
      results.push(result);
      if (!values.json) print(result);
    }
    if (values.json) process.stdout.write(`${JSON.stringify(results)}\n`);
    return results.every(({ ok }) => ok) ? 0 : 1;
  } finally {
    rmSync(nodes, { recursive: true, force: true });
  }
}

process.exitCode = await main();

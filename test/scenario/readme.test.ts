/**
 * The tour of the README, executed: its commands run as they stand in one shell, on a free port and in
 * a throw-away directory, and what it shows must be what comes out, but for digests, times and sizes.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { approveDevice } from '../../gateway/src/identity/device-approval.ts';

const root = join(import.meta.dirname, '..', '..');
/** Who signs in at each `init` of the tour, in order. */
const PEOPLE = [
  'investigator.cn',
  'liaisonAuthority.sg',
  'judicialReviewer.de',
  'delegate.exchange',
];

interface Step {
  readonly command: string;
  /** Lines that the README shows after it. */
  readonly shown: readonly string[];
}

function readSteps(readme: string): Step[] {
  const tour = readme.slice(readme.indexOf('<!-- tour -->'));
  const steps: { command: string; shown: string[] }[] = [];
  for (const [, block] of tour.matchAll(/```console\n([\s\S]*?)```/g)) {
    for (const line of block!.trimEnd().split('\n')) {
      if (line.startsWith('$ ')) steps.push({ command: line.slice(2), shown: [] });
      else steps.at(-1)!.shown.push(line);
    }
  }
  return steps;
}

let directory: string;
let gateway: ChildProcess;
let address: string;
let users: { user: string; password: string }[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-readme-'));
  gateway = spawn(
    join(root, 'scripts', 'start'),
    ['--data', join(directory, 'data'), '--port', '0', '--json'],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = await once(createInterface({ input: gateway.stdout! }), 'line');
  ({ address, users } = JSON.parse(line as string));
}, 120_000);
afterAll(async () => {
  gateway.kill('SIGTERM');
  await once(gateway, 'exit');
  await rm(directory, { recursive: true, force: true });
}, 60_000);

/** What differs from run to run. */
const normalise = (line: string) =>
  line
    .replaceAll(address, 'http://127.0.0.1:8080')
    .replaceAll(/[0-9a-f]{32,64}/g, 'HEX')
    .replaceAll(/[A-Z]{4}-[A-Z]{4}/g, 'CODE')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    // Of an end that the calendar of the day does not reach.
    .replaceAll(/ +provisional: .*/g, '')
    .replaceAll(/\S*\/(key\.pem|trust\.json)/g, '$1')
    .replaceAll(/\b\d+(\.\d+)?( [KMG]iB| bytes| files| items| blocks|\b)/g, 'N$2')
    .trim();

it('shows what it says', { timeout: 300_000 }, async () => {
  const steps = readSteps(await readFile(join(root, 'README.md'), 'utf8'));
  expect(steps.length).toBeGreaterThan(8);
  const here = (text: string) =>
    text
      .replaceAll('http://127.0.0.1:8080', address)
      .replaceAll(/(?<= )data\//g, `${join(directory, 'data')}/`);
  const shell = spawn('bash', ['-e'], {
    cwd: root,
    env: { ...process.env, TABELLION_HOME: join(directory, 'home') },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const people = [...PEOPLE];
  const output: string[] = [];
  const follow = (line: string) => {
    output.push(line);
    const code = /enter the code (\S+)/.exec(line)?.[1];
    if (code === undefined) return;
    const user = people.shift()!;
    const { password } = users.find((entry) => entry.user === user)!;
    approveDevice({
      verificationUri: `${address}/oidc/device`,
      userCode: code,
      user,
      password,
    }).catch((error: unknown) => {
      output.push(String(error));
      shell.kill();
    });
  };
  createInterface({ input: shell.stdout! }).on('line', follow);
  createInterface({ input: shell.stderr! }).on('line', follow);
  const mark = (index: number) => `--- step ${index}`;
  shell.stdin!.end(
    steps
      .map(({ command }, index) => `echo '${mark(index)}'; ${here(command)}; sleep 0.1`)
      .join('\n'),
  );
  const [code] = await once(shell, 'exit');
  expect(code, output.join('\n')).toBe(0);

  for (const [index, { command, shown }] of steps.entries()) {
    const from = output.indexOf(mark(index)) + 1;
    const until = output.indexOf(mark(index + 1));
    const said = output.slice(from, until < 0 ? undefined : until).map(normalise);
    for (const line of shown) expect(said, command).toContain(normalise(line));
  }
});

/**
 * Every route, from its description, by schemathesis: no 5xx, no stack trace, nothing that the
 * description does not say, and nothing written but by what was answered with success. `schemathesis`
 * (version 4, from PyPI) must be on PATH, or where SCHEMATHESIS says.
 */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BenchGateway, startBenchGateway } from '../../scripts/bench-common/gateway.ts';
import { type FuzzAnswer, readFuzzReport } from './fuzz-report.ts';
import { signInUser } from './sign-in-user.ts';
import { listChanges, readState, type Written } from './written-state.ts';

const PROGRAM = process.env.SCHEMATHESIS ?? 'schemathesis';
const CONFIG = join(import.meta.dirname, 'schemathesis.toml');
const HOOKS = join(import.meta.dirname, 'schemathesis_hooks.py');
/**
 * For a longer look: who calls (`nobody`, systems and people of the development consortium), how often
 * each operation beside its described cases, and where chance begins.
 */
const CALLERS = process.env.FUZZ_CALLERS ?? 'system.de,delegate.sg';
const EXAMPLES = process.env.FUZZ_EXAMPLES ?? '5';
const SEED = process.env.FUZZ_SEED ?? '20261122';
const TIMEOUT_MS = 3_600_000;
/** What the gateway itself puts on the ledger beside the requests. */
const BACKGROUND = 'evidence:anchorJournal';
const DOCUMENT = '/v1/openapi.json';
const STACK = /node_modules|\.[cm]?[jt]s:\d+|\n\s+at /;

const found = spawnSync(PROGRAM, ['--version'], { encoding: 'utf8' });
const isThere = found.status === 0 && /version 4\./.test(found.stdout);
const title = isThere ? 'fuzzing' : 'fuzzing: skipped, because there is no schemathesis 4';

describe.skipIf(!isThere)(title, () => {
  let directory: string;
  let data: string;
  let gateway: BenchGateway;
  let operations: readonly string[];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tabellion-fuzz-'));
    data = join(directory, 'data');
    gateway = await startBenchGateway(data);
    // Something to be found: schemathesis takes the IDs that it sees in lists.
    await gateway.acquire(await gateway.signIn());
    const document = await (await fetch(gateway.address + DOCUMENT)).json();
    operations = listOperations(document as Described);
  }, 120_000);
  afterAll(async () => {
    await gateway?.[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  const read = async (path: string) => {
    const token = await signInUser(gateway, data, 'auditor.de');
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(gateway.address + path, { headers });
    expect(response.status).toBe(200);
    return response.text();
  };
  const look = () => readState(data, (from) => read(`/v1/ledger/blocks?limit=1000&from=${from}`));
  /** Requests that the gateway itself has counted. */
  const countRequests = async () =>
    [...(await read('/metrics')).matchAll(/^tabellion_http_requests_total\{.*\} (\d+)$/gm)]
      .map(([, count]) => Number(count))
      .reduce((sum, count) => sum + count, 0);
  /** Transactions that an answer calls committed and the ledger does not have. */
  const listLost = async (answers: readonly FuzzAnswer[]) => {
    const written = await look();
    const told = listSuccesses(answers).flatMap(({ status, body }) =>
      status === 202 ? [] : [...body.matchAll(/"txId":"([0-9a-f]{64})"/g)].map(([, txId]) => txId!),
    );
    return told.filter((txId) => !written.has(`transaction ${txId}`));
  };

  it.each(CALLERS.split(','))(
    'by %s finds nothing, and what is refused is not written',
    async (user) => {
      const token = user === 'nobody' ? undefined : await signInUser(gateway, data, user);
      const before = await look();
      const requestsBefore = await countRequests();
      const report = join(directory, `${user}.ndjson`);
      await fuzz(gateway.address, token, { directory, report });
      const answers = await readFuzzReport(report);

      // That it finds nothing says something only if it has asked, and asked for everything.
      const asked = new Set(answers.map(({ operation }) => operation));
      expect(operations.filter((operation) => !asked.has(operation))).toEqual([]);
      expect(answers.length).toBeGreaterThan(1000);
      expect((await countRequests()) - requestsBefore).toBeGreaterThanOrEqual(answers.length);

      expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
      expect(answers.filter(({ body }) => STACK.test(body))).toEqual([]);
      expect(listUnexplained(listChanges(before, await look()), answers)).toEqual([]);
      expect(await listLost(answers)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it('would be told what no answer explains', async () => {
    const before = await look();
    await gateway.acquire(await gateway.signIn());
    const unexplained = listUnexplained(listChanges(before, await look()), []);
    expect(unexplained.map(({ transaction }) => transaction?.event?.name)).toEqual([
      'evidence:acquire',
    ]);
  });
});

interface Described {
  readonly paths: Readonly<Record<string, object>>;
}

/** All but the document itself, which schemathesis starts from. */
const listOperations = ({ paths }: Described) =>
  Object.entries(paths)
    .filter(([path]) => path !== DOCUMENT)
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );

/**
 * What was written without an answer that says so: no success names it, nor the event of a transaction
 * which a success names, nor is it the gateway's own.
 */
function listUnexplained(
  changes: readonly Written[],
  answers: readonly FuzzAnswer[],
): readonly Written[] {
  const told = listSuccesses(answers)
    .map(({ body }) => body)
    .join('\n');
  const isOwn = ({ transaction }: Written) => transaction?.event?.name === BACKGROUND;
  const isTold = (one: Written, text: string) =>
    text.includes(JSON.stringify(one.told).slice(1, -1));
  const events = changes
    .filter((one) => one.transaction && isTold(one, told))
    .map(({ transaction }) => Buffer.from(transaction!.event?.payload ?? []).toString('utf8'))
    .join('\n');
  return changes.filter((one) => !isOwn(one) && !isTold(one, told) && !isTold(one, events));
}

const listSuccesses = (answers: readonly FuzzAnswer[]) =>
  answers.filter(({ operation, status }) => status < 300 && !operation.startsWith('GET '));

/** @throws with what schemathesis says if one of its checks fails. */
async function fuzz(
  address: string,
  token: string | undefined,
  { directory, report }: { readonly directory: string; readonly report: string },
): Promise<void> {
  const args = [
    ...['--config-file', CONFIG, 'run', address + DOCUMENT, '--url', address],
    // A count, not a time: on a busy machine less would be tried.
    ...['--phases', 'coverage,fuzzing,stateful', '--max-examples', EXAMPLES, '--seed', SEED],
    ...['--report', 'ndjson', '--report-ndjson-path', report],
    ...['--generation-database', 'none', '--no-color'],
    ...(token === undefined ? [] : ['--header', `Authorization: Bearer ${token}`]),
  ];
  const env = { ...process.env, SCHEMATHESIS_HOOKS: HOOKS, PYTHONDONTWRITEBYTECODE: '1' };
  const options = { cwd: directory, env, maxBuffer: 64 * 1024 * 1024 };
  await promisify(execFile)(PROGRAM, args, options).catch(({ stdout, stderr }) => {
    throw new Error(`${stdout}\n${stderr}`);
  });
}

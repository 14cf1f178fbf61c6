/** A projection is thrown away, rebuilt, and killed while it is: nobody who asks sees a difference. */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  openTestConsortium,
  startTestGateway,
  type TestConsortium,
  type TestGateway,
} from '../../gateway/src/http/testing.ts';
import { openConsortiumLedger } from '../../gateway/src/node/consortium-ledger.ts';
import { type Answers, readEveryAnswer } from './every-answer.ts';
import { type Written, writeEveryRecord } from './every-record.ts';

const PLAIN = 150;
/** More on request: `REBUILD_KILLS=100 scripts/test recovery/rebuild`. */
const KILLS = Number(process.env.REBUILD_KILLS ?? 10);
const CHILD = join(import.meta.dirname, 'rebuild-child.ts');
const CONSORTIUM = join(import.meta.dirname, '../../node-config/consortium.yaml');
const LIMITS = { heartbeatMs: 100, perAddress: 1e6, perPrincipal: 1e6 };

let consortium: TestConsortium;
let gateway: TestGateway;
let written: Written;
let before: Answers;

const startGateway = () => startTestGateway(consortium, { limits: LIMITS });
const projectionFile = () => join(consortium.directory, 'gateway', 'projection.sqlite');

beforeAll(async () => {
  consortium = await openTestConsortium();
  gateway = await startGateway();
  written = await writeEveryRecord(gateway, PLAIN);
  before = await readEveryAnswer(gateway, written);
}, 600_000);
afterAll(async () => {
  await gateway?.close();
  await consortium?.close();
});

async function throwAway() {
  for (const suffix of ['', '-wal', '-shm']) await rm(projectionFile() + suffix, { force: true });
}

it('answers something of everything', () => {
  const statuses = [...before.values()].map((answer) => answer.split(' ')[0]);
  expect(statuses.filter((status) => status === '200').length).toBeGreaterThan(200);
  // What is another member's is not there for this one.
  expect(new Set(statuses)).toEqual(new Set(['200', '404']));
});

it('answers the same, byte for byte, when read anew while it runs', {
  timeout: 300_000,
}, async () => {
  await gateway.deps.projection.rebuild();
  expect(await readEveryAnswer(gateway, written)).toEqual(before);
});

it('answers the same, byte for byte, when it was thrown away', { timeout: 300_000 }, async () => {
  await gateway.close();
  await throwAway();
  gateway = await startGateway();
  expect(await readEveryAnswer(gateway, written)).toEqual(before);
});

it(`comes to the same after each of ${KILLS} kills at random instants of a rebuild`, {
  timeout: 120_000 + KILLS * 30_000,
}, async () => {
  await gateway.close();
  await consortium.ledger.close();
  await throwAway();
  const digests = new Set<string>();
  let longest = 0;
  for (let kill = 0; kill <= KILLS; kill += 1) {
    const child = await startChild();
    digests.add(child.digest);
    if (kill === 0) longest = await child.timeRebuild();
    await sleep(randomInt(Math.ceil(2 * longest)));
    await child.kill();
  }
  const { ledger } = await openConsortiumLedger(consortium.directory, consortium.consortium);
  consortium = { ...consortium, ledger, close: closeWith(ledger, consortium) };
  gateway = await startGateway();
  expect(await readEveryAnswer(gateway, written)).toEqual(before);
  expect(digests.size).toBe(1);
});

const closeWith =
  (ledger: TestConsortium['ledger'], { close }: TestConsortium) =>
  async () => {
    await ledger.close();
    await close();
  };

async function startChild() {
  const args = [CHILD, consortium.directory, CONSORTIUM, projectionFile()];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value: digest } = await lines.next();
  return {
    digest: digest as string,
    async timeRebuild() {
      const began = performance.now();
      await lines.next();
      return performance.now() - began;
    },
    async kill() {
      child.kill('SIGKILL');
      expect(await exit).toEqual([null, 'SIGKILL']);
    },
  };
}

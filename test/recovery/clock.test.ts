/** The wall clock of a node's machine is set a day back or forth, while it runs and between two runs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { LedgerCheck } from '../fabric/faults/ledger-check.ts';
import { callGateway, type Gateway, Load } from '../fabric/faults/load.ts';
import { createSystemToken, NodeProcess } from '../faults/node-process.ts';
import { draftAct, MEMBER, Scene } from '../faults/scene.ts';
import { createWitness } from '../faults/witness.ts';

const PATIENCE_MS = 60_000;
const DAY = 86_400_000;
const SHIM = pathToFileURL(join(import.meta.dirname, 'shifted-clock.ts')).href;

let directory: string;
let environment: Record<string, string>;

const setClock = (shift: number) => writeFileSync(join(directory, 'clock'), `${shift}`);
const data = (name: string) => join(directory, name);

/** Founded three days ago, so that its certificates are older than any jump here. */
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tabellion-clock-'));
  const clock = { NODE_OPTIONS: `--import ${SHIM}`, SHIFTED_CLOCK: join(directory, 'clock') };
  environment = clock;
  setClock(-3 * DAY);
  const node = await NodeProcess.start({ data: data('old'), port: 0 }, { environment });
  await node.end('SIGTERM');
  setClock(0);
}, 120_000);
beforeEach(() => setClock(0));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A node with a load that signs in whenever it asks: tokens end as the clock says. */
async function openScene(name: string) {
  await cp(data('old'), data(name), { recursive: true });
  const scene = await Scene.open(data(name), { environment });
  const place = { data: data(name), port: scene.port };
  const gateway: Gateway = {
    address: scene.gateway.address,
    token: () => createSystemToken(place, MEMBER)(),
  };
  const input = draftAct();
  const { status } = await post(gateway, '/v1/evidence/acquire', { input });
  expect(status).toBe(201);
  const load = new Load({ gateway, acquisition: input.id, draftAct, longestPauseMs: 250 });
  const refusals = () => load.repeats.get('CLOCK_WRONG') ?? 0;
  return {
    scene,
    load,
    gateway,
    /** Acts are refused for the clock, items wait, reads are answered. */
    async expectWaiting() {
      const before = refusals();
      const awaitRefusals = (count: number) =>
        expect.poll(refusals, { timeout: PATIENCE_MS }).toBeGreaterThan(before + count);
      await awaitRefusals(3);
      const height = await readHeight(gateway);
      await awaitRefusals(10);
      expect(await readHeight(gateway)).toBe(height);
      const act = await post(gateway, '/v1/evidence/acquire', { input: draftAct() });
      expect(await act.json()).toMatchObject({ status: 503, code: 'CLOCK_WRONG' });
      const list = await callGateway(gateway, '/v1/evidence/acquisitions');
      expect(list.status).toBe(200);
      const readLog = () => readFileSync(join(data(name), 'gateway.log'), 'utf8');
      await expect.poll(readLog, { timeout: PATIENCE_MS }).toContain('the clock of this machine');
    },
    awaitCommit: () => load.awaitCommit(Date.now(), PATIENCE_MS),
    /** Everything sent was done once, and nothing looks held back. */
    async expectWhole() {
      await load.stop(PATIENCE_MS);
      await new LedgerCheck(createWitness(gateway, 'tabellion'), gateway, load).checkAll();
      const late = await callGateway(gateway, '/v1/evidence/acquisitions?flag=LATE');
      expect(await late.json()).toMatchObject({ items: [] });
      expect([...load.refused.values()]).toEqual([]);
      await scene.audit();
    },
    async [Symbol.asyncDispose]() {
      load.abandon();
      await scene[Symbol.asyncDispose]();
    },
  };
}

async function readHeight(gateway: Gateway): Promise<number> {
  const { headers } = await callGateway(gateway, '/v1/member/members');
  return Number(headers.get('tabellion-height'));
}

const post = (gateway: Gateway, path: string, body: object) =>
  callGateway(gateway, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

it('set while it runs: nothing is signed until it is right again', {
  timeout: 300_000,
}, async () => {
  await using running = await openScene('running');
  for (const jump of [DAY, -DAY]) {
    await running.awaitCommit();
    setClock(jump);
    await running.expectWaiting();
    setClock(0);
  }
  await running.awaitCommit();
  await running.expectWhole();
});

it('set back between two runs: the ledger says so', { timeout: 300_000 }, async () => {
  await using between = await openScene('back');
  await between.awaitCommit();
  await between.scene.node.end('SIGTERM');
  setClock(-DAY);
  await between.scene.start({ environment });
  await between.expectWaiting();
  await between.scene.node.end('SIGTERM');
  setClock(0);
  await between.scene.start({ environment });
  await between.awaitCommit();
  await between.expectWhole();
});

it('ahead in one run and right in the next: the ledger waits for it', {
  timeout: 300_000,
}, async () => {
  await using between = await openScene('forth');
  await between.awaitCommit();
  await between.scene.node.end('SIGTERM');
  setClock(DAY);
  await between.scene.start({ environment });
  await between.awaitCommit();
  await between.scene.node.end('SIGTERM');
  setClock(0);
  await between.scene.start({ environment });
  await between.expectWaiting();
  await between.scene.node.end('SIGTERM');
  // A day later.
  setClock(DAY);
  await between.scene.start({ environment });
  await between.awaitCommit();
  await between.expectWhole();
});

it('before the first certificates: the start says that it is the clock', {
  timeout: 120_000,
}, async () => {
  const young = { data: data('young'), port: 0 };
  const start = () => NodeProcess.start(young, { environment });
  await (await start()).end('SIGTERM');
  setClock(-DAY);
  await expect(start()).rejects.toThrow(/"code":1.*see whether the clock of this machine is right/);
  setClock(0);
  expect(await (await start()).end('SIGTERM')).toMatchObject({ code: 0 });
});

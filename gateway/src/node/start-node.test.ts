import '@tabellion/proof/node';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { signInSystem } from '../identity/sign-in.ts';
import { openJournalStore } from '../journal/store.ts';
import { startNode } from './start-node.ts';

const CONSORTIUM = fileURLToPath(new URL('../../../node-config/consortium.yaml', import.meta.url));
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-node-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const start = () =>
  startNode({ directory, consortium: CONSORTIUM, port: 0, logger: pino({ level: 'silent' }) });

it('puts what the journal holds on the ledger before it closes', async () => {
  const { address, people, close } = await start();
  const [system] = people.systems;
  const { accessToken } = await signInSystem({ issuer: `${address}/oidc`, ...system! });
  const { status } = await fetch(`${address}/v1/member/vote`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    body: '{}',
  });
  expect(status).toBe(403);
  await close();

  const store = openJournalStore(join(directory, 'gateway', 'journal.sqlite'));
  const batches = store.members().map((member) => store.lastBatch(member)?.digest);
  store.close();
  expect(batches).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
}, 60_000);

it('is one process for a directory', async () => {
  const { close } = await start();
  await expect(start()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await close();
}, 60_000);

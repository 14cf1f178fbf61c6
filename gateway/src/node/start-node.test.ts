import '@tabellion/proof/node';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canonicalBytes, thresholdOf } from '@tabellion/proof';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { enrolAt } from '../../../test/conformance/embedded-network.ts';
import { readTrust } from '../../../test/support/read-trust.ts';
import { loadConsortium } from '../identity/consortium.ts';
import { signInSystem } from '../identity/sign-in.ts';
import { openJournalStore } from '../journal/store.ts';
import { performAct } from '../ledger/act.ts';
import { type ConsortiumLedger, openConsortiumLedger } from './consortium-ledger.ts';
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
  await expect(start()).rejects.toMatchObject({ code: 'DATA_IN_USE' });
  await close();
}, 60_000);

it('follows the members’ vote on how many must endorse, and keeps to it', async () => {
  const consortium = await loadConsortium(CONSORTIUM);
  const open = () => openConsortiumLedger(directory, consortium);
  const thresholds = async ({ ledger, serviceSigners }: ConsortiumLedger) => {
    const [signer] = serviceSigners.values();
    const trust = await readTrust(ledger, signer!, consortium.name);
    return [trust.endorsementThreshold, ...trust.definitions.map((one) => thresholdOf(trust, one))];
  };
  const first = await open();
  expect(await thresholds(first)).toEqual([2, 2]);
  const delegates = await enrolDelegates(first);
  const act = async (mspId: string, transaction: string, input: object) => {
    const request = { transaction, args: [canonicalBytes(input)] };
    await performAct(first.ledger, delegates.get(mspId)!, request, () => undefined);
  };
  const states = consortium.members.filter(({ kind }) => kind === 'STATE');
  const because = {
    legalBasis: { id: 'founding-agreement', version: 1 },
    reason: 'more must agree',
  };
  const change = { kind: 'SET_PARAMETER', name: 'endorsementThreshold', value: 3 };
  const id = '5'.repeat(64);
  await act(states[0]!.mspId, 'member:propose', { id, change, ...because });
  for (const { mspId } of states) {
    await act(mspId, 'member:vote', { proposal: id, choice: 'YES', reason: 'agreed' }).catch(
      (error: { contractCode?: string }) => expect(error.contractCode).toBe('PROPOSAL_DECIDED'),
    );
  }
  await expect.poll(() => thresholds(first), { timeout: 10_000 }).toEqual([3, 2, 3]);
  await first.close();

  const again = await open();
  expect(await thresholds(again)).toEqual([3, 2, 3]);
  await again.close();
}, 60_000);

async function enrolDelegates({ authorities }: ConsortiumLedger) {
  const delegates = [...authorities].map(
    async ([mspId, ca]) => [mspId, await enrolAt(ca, 'delegate')] as const,
  );
  return new Map(await Promise.all(delegates));
}

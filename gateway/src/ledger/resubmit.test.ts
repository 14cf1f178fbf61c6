import '@tabellion/proof/node';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalBytes } from '@tabellion/proof';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type EvidenceConsortium,
  openEvidenceConsortium,
} from '../../../test/support/evidence-consortium.ts';
import { draftAcquisition } from '../evidence/testing.ts';
import { type ActPort, performAct } from './act.ts';
import { resubmitting } from './resubmit.ts';

let directory: string;
let world: EvidenceConsortium;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-resubmit-'));
  world = await openEvidenceConsortium(directory);
});
afterAll(async () => {
  await world.close();
  await rm(directory, { recursive: true, force: true });
});

/** The ledger, but for submissions that are lost on the way; counts them. */
function portThat(isLost: (count: number) => boolean, everyMs = 100) {
  const { ledger } = world;
  let count = 0;
  const port: ActPort = {
    prepare: ledger.prepare.bind(ledger),
    endorse: ledger.endorse.bind(ledger),
    status: ledger.status.bind(ledger),
    submit: async (payload) => {
      count += 1;
      if (!isLost(count)) await ledger.submit(payload);
    },
  };
  return { port: resubmitting(port, everyMs), count: () => count };
}

const acquire = (port: ActPort, signal?: AbortSignal) => {
  const input = draftAcquisition('DE', 'de-stpo-94', {
    authorisation: { kind: 'INTERNAL', reference: '1' },
  });
  const request = { transaction: 'evidence:acquire', args: [canonicalBytes(input)] };
  return performAct(port, world.service, request, () => undefined, signal ? { signal } : {});
};

it('submits again what was accepted and then lost', async () => {
  const { port, count } = portThat((submission) => submission < 3);
  const height = await world.ledger.height();
  expect((await acquire(port)).status.code).toBe('VALID');
  expect(count()).toBe(3);
  expect(await world.ledger.height()).toBe(height + 1);
});

it('submits once what is committed', async () => {
  // Far more than a commit takes on a machine that has other work.
  const { port, count } = portThat(() => false, 30_000);
  expect((await acquire(port)).status.code).toBe('VALID');
  expect(count()).toBe(1);
});

it('ends when it is told to, and says that it does not know', async () => {
  const { port } = portThat(() => true);
  await expect(acquire(port, AbortSignal.timeout(350))).rejects.toMatchObject({ code: 'UNKNOWN' });
});

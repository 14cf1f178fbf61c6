import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalBytes, utf8 } from '@tabellion/proof';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ChaincodeEvent } from '../ledger/port.ts';
import { followBatches } from './attestation-follower.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-follow-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const anchored = (block: number, batch: string, member: string): ChaincodeEvent => ({
  block,
  txId: '',
  name: 'evidence:anchor',
  payload: canonicalBytes({ key: `batch/${batch}`, record: { act: { member } } }),
});
const CHAIN: ChaincodeEvent[] = [
  { block: 1, txId: '', name: 'member:found', payload: utf8('{}') },
  anchored(2, 'a', 'CnMSP'),
  anchored(3, 'b', 'DeMSP'),
  anchored(3, 'c', 'CnMSP'),
];

/** A ledger whose chain does not grow: it waits at its end, as the real ones do. */
async function* eventsFrom(from: number, signal: AbortSignal) {
  yield* CHAIN.filter(({ block }) => block >= from);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
}

async function follow(refuseFirst: boolean, until: number) {
  const asked: string[] = [];
  const started: number[] = [];
  const follower = await followBatches({
    directory,
    ledger: {
      events: (from, options) => {
        started.push(from);
        return eventsFrom(from, options!.signal!);
      },
    },
    members: ['CnMSP'],
    attestations: {
      get: async (batch) => {
        asked.push(batch);
        if (refuseFirst && asked.length === 1) throw new Error('a peer is behind');
        return { envelope: new Uint8Array(), record: new Uint8Array() };
      },
    },
    logger: pino({ enabled: false }),
  });
  await vi.waitFor(() => expect(asked).toHaveLength(until), 10_000);
  await follower.close();
  return { asked, started };
}

it('asks for every batch of the members served, again where the ledger gave none', async () => {
  expect((await follow(true, 3)).asked).toEqual(['a', 'a', 'c']);
});

it('goes on after a restart with the block that it came to', async () => {
  await follow(false, 2);
  const { asked, started } = await follow(false, 1);
  expect(started).toEqual([3]);
  expect(asked).toEqual(['c']);
});

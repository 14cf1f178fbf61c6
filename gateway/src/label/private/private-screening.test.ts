/** When tables are made anew after it came to nothing. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { assertRoom } from '../../http/disk-full.ts';
import { LabelIndex } from '../index/label-index.ts';
import { addBatch, makeKey } from '../index/testing.ts';
import type { Screen } from '../screen.ts';
import { openPrivateScreening, type PrivateScreeningOptions } from './private-screening.ts';

vi.mock('../../http/disk-full.ts', async (original) => ({
  ...(await original<object>()),
  assertRoom: vi.fn(async () => undefined),
}));

const CHECK_MS = 5;
let directory: string;
let at: number;
let index: LabelIndex;
let failures: unknown[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-private-screening-'));
  at = 1_000_000;
  index = new LabelIndex();
  failures = [];
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Looks again at every turn; time passes only where the test says so. */
async function open(find: ReturnType<Screen['begin']>['find']) {
  let checks = 0;
  const options = {
    directory,
    labels: {
      screen: { begin: () => ({ height: 1, at: 1, rule: null, find }) },
      feed: { index },
      view: {
        genesis: () => {
          checks += 1;
          return new Uint8Array(32);
        },
      },
    },
    height: () => 1,
    signer: { mspId: 'TestMSP', certificate: '', sign: async () => new Uint8Array(70) },
    logger: pino({ level: 'silent' }),
    onFailure: (error: unknown) => failures.push(error),
    now: () => at,
    times: { checkMs: CHECK_MS },
  } as unknown as PrivateScreeningOptions;
  const screening = await openPrivateScreening(options);
  const checkAgain = async () => {
    // The one that is under way may have begun before.
    const wanted = checks + 2;
    await vi.waitFor(() => expect(checks).toBeGreaterThanOrEqual(wanted), {
      timeout: 60_000,
      interval: 1,
    });
  };
  return { screening, checkAgain };
}

it('fails ever less often: each failure in a row doubles the pause', async () => {
  const find = vi.fn(() => {
    throw new Error('a manifest cannot be read');
  });
  const { screening, checkAgain } = await open(find);
  try {
    for (const [failed, pause] of [2, 4, 8, 16].map((times) => times * CHECK_MS).entries()) {
      await vi.waitFor(() => expect(failures).toHaveLength(failed + 1), 60_000);
      at += pause - 1;
      await checkAgain();
      expect(find).toHaveBeenCalledTimes(failed + 1);
      at += 1;
    }
  } finally {
    await screening.close();
  }
});

it('waits for no more than the library where that is not level with the ledger', async () => {
  const find = vi.fn(() => ({ verdict: 'STALE' as const, code: 'NOT_READY' }));
  const { screening, checkAgain } = await open(find);
  try {
    await checkAgain();
    await checkAgain();
    expect(find.mock.calls.length).toBeGreaterThan(2);
    expect(failures).toEqual([]);
  } finally {
    await screening.close();
  }
});

it('goes through no library for tables that there is no room for, and makes them once there is', async () => {
  const full = Object.assign(new Error('no room'), { code: 'DISK_FULL' });
  vi.mocked(assertRoom).mockRejectedValueOnce(full);
  addBatch(index, 1, [makeKey(1), makeKey(2)]);
  const find = vi.fn(() => ({ verdict: 'NO_LABEL' as const, labels: [] }));
  const { screening, checkAgain } = await open(find);
  try {
    await checkAgain();
    expect(failures).toEqual([full]);
    expect(find).toHaveBeenCalledTimes(1);
    expect(screening.published!.announcement.tables).toEqual([]);
    at += 2 * CHECK_MS;
    const made = () => screening.published!.announcement.tables.map(({ kind }) => kind);
    await vi.waitFor(() => expect(made()).toEqual(['HASH', 'OPRF']), 60_000);
    expect(find).toHaveBeenCalledTimes(4);
  } finally {
    await screening.close();
  }
});

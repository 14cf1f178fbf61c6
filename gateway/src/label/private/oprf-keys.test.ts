/** Keys of the private look-up as one takes over from another. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_KEYS } from '@tabellion/screening';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openOprfKeys } from './oprf-keys.ts';

const OVERLAP = 1000;
let directory: string;
let at: number;
const open = () =>
  openOprfKeys({
    ...{ file: join(directory, 'keys.json'), now: () => at },
    ...{ lifetimeMs: 100 * OVERLAP, overlapMs: OVERLAP },
  });
const idsOf = (keys: Awaited<ReturnType<typeof open>>) =>
  keys.list().map(({ document }) => document.id);

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-oprf-keys-'));
  at = 1_000_000;
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it('are never more than whoever asks takes; the next can be made when the refusal says so', async () => {
  const keys = await open();
  await keys.renew();
  for (let count = 1; count < MAX_KEYS; count += 1) {
    at += 10;
    await keys.rotate();
  }
  const before = idsOf(keys);
  expect(before).toHaveLength(MAX_KEYS);
  const refused = { code: 'KEYS_OVERLAP', headers: { 'retry-after': '1' } };
  await expect(keys.rotate()).rejects.toMatchObject(refused);
  await expect(keys.rotate()).rejects.toThrow(new Date(1_000_010 + OVERLAP).toISOString());
  expect(idsOf(keys)).toEqual(before);
  at = 1_000_010 + OVERLAP - 1;
  await expect(keys.rotate()).rejects.toMatchObject({ code: 'KEYS_OVERLAP' });
  at += 1;
  await keys.rotate();
  expect(idsOf(keys).slice(0, -1)).toEqual(before.slice(1));
});

it('made at the same time all stay, in memory and on disk', async () => {
  const keys = await open();
  const [renewed, one, other] = await Promise.all([keys.renew(), keys.rotate(), keys.rotate()]);
  expect(renewed).toBe(true);
  const ids = idsOf(keys);
  expect(ids).toHaveLength(3);
  expect(ids.slice(1)).toEqual([one.document.id, other.document.id]);
  expect(idsOf(await open())).toEqual(ids);
});

/** Manifests that nobody asserts: how many a member may leave, and when they go. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LabelManifestStore } from './manifest-store.ts';
import { openParked, type Parked } from './parked.ts';
import { makeLabels, sampleFacts } from './testing.ts';

const DAY = 86_400_000;
let directory: string;
let manifests: LabelManifestStore;
let parked: Parked;
const asserted = new Set<string>();
const clock = { now: Date.now() };
let isRead = true;
let isRestarted = false;
let isClockWrong = false;
let looks = 0;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-parked-'));
  manifests = await LabelManifestStore.open(join(directory, 'labels'));
  clock.now = Date.now();
  isRead = true;
  isRestarted = false;
  isClockWrong = false;
  parked = openParked({
    directory: join(directory, 'handed-in'),
    manifests,
    view: { isAsserted: (digest) => asserted.has(digest) },
    projection: {
      catchUp: async () => isRead,
      // Falls back after the first look, where it is read anew.
      get height() {
        looks += 1;
        return isRestarted && looks > 1 ? 0 : 9;
      },
    },
    logger: pino({ level: 'silent' }),
    now: () => clock.now,
    assertClock: () => {
      if (isClockWrong) throw new Error('the clock was set');
    },
  });
});
afterEach(async () => {
  await parked.close();
  asserted.clear();
  await rm(directory, { recursive: true, force: true });
});

async function* chunksOf(bytes: Uint8Array) {
  yield bytes;
}
let number = 0;
async function handIn(member = 'CnMSP', made = makeLabels([sampleFacts(number++)])) {
  await parked.handIn({ member, digest: made.digest, bytes: made.bytes.length }, () =>
    manifests.put(made.digest, chunksOf(made.bytes)),
  );
  return made.digest;
}
const markers = (member = 'CnMSP') => readdir(join(directory, 'handed-in', member));

it('a member leaves 32 of them, others as many, and more once they are asserted', async () => {
  const digests = [];
  for (let count = 0; count < 32; count += 1) digests.push(await handIn());
  const full = { code: 'MANIFESTS_WAITING' };
  await expect(handIn()).rejects.toMatchObject(full);
  expect(await manifests.list()).toHaveLength(32);
  await handIn('SgMSP');
  asserted.add(digests[0]!);
  await handIn();
  await expect(handIn()).rejects.toMatchObject(full);
});

it('the same one again is no further one, and one that is asserted counts for nobody', async () => {
  const made = makeLabels([sampleFacts(number++)]);
  for (let count = 0; count < 40; count += 1) await handIn('CnMSP', made);
  expect(await markers()).toEqual([made.digest]);
  const known = makeLabels([sampleFacts(number++)]);
  asserted.add(known.digest);
  await handIn('CnMSP', known);
  expect(await markers()).toEqual([made.digest]);
});

it('one that was refused is not counted', async () => {
  const bad = parked.handIn({ member: 'CnMSP', digest: 'a'.repeat(64), bytes: 2 }, () =>
    manifests.put('a'.repeat(64), chunksOf(Buffer.from('x\n'))),
  );
  await expect(bad).rejects.toMatchObject({ code: 'LABEL_INVALID' });
  expect(await markers()).toEqual([]);
});

it('those that come together are counted, before any of them is there, and given back', async () => {
  const come = async (bytes: number, at: number, take: () => Promise<void>) =>
    parked.handIn({ member: 'CnMSP', digest: at.toString(16).padStart(64, '0'), bytes }, take);
  const outcomesOf = async (bytes: number, count: number) => {
    const go = Promise.withResolvers<void>();
    const all = Array.from({ length: count }, (_, at) =>
      come(bytes, at, () => go.promise.then(cutOff)),
    );
    const settled = Promise.allSettled(all);
    go.resolve();
    return (await settled).map((each) => (each as PromiseRejectedResult).reason.message as string);
  };
  const cutOff = () => Promise.reject(new Error('cut off'));
  const full = (messages: readonly string[]) => messages.filter((text) => text !== 'cut off');
  expect(full(await outcomesOf(10, 40))).toEqual(Array(8).fill('32 are not asserted yet'));
  // 256 MiB each, and 2 GiB of one member.
  expect(full(await outcomesOf(2 ** 28, 12))).toEqual(Array(4).fill('8 are not asserted yet'));
  expect(full(await outcomesOf(2 ** 28, 8))).toEqual([]);
  expect(await markers()).toEqual([]);
});

it('the same one twice at once stays counted where one of the two fails', async () => {
  const made = makeLabels([sampleFacts(number++)]);
  const cutOff = Promise.withResolvers<void>();
  const one = { member: 'CnMSP', digest: made.digest, bytes: made.bytes.length };
  const second = parked.handIn(one, async () => {
    await cutOff.promise;
    await manifests.put(made.digest, chunksOf(made.bytes));
  });
  await expect(parked.handIn(one, () => Promise.reject(new Error('cut off')))).rejects.toThrow(
    'cut off',
  );
  cutOff.resolve();
  await second;
  expect(await markers()).toEqual([made.digest]);
});

it('nothing goes by a clock that is not to be believed', async () => {
  await handIn();
  clock.now += 8 * DAY;
  isClockWrong = true;
  await expect(parked.sweep()).rejects.toThrow('the clock was set');
  expect(await manifests.list()).toHaveLength(1);
  isClockWrong = false;
  expect(await parked.sweep()).toBe(1);
});

it('what is a week old and on no ledger goes; what is asserted, or about to be, stays', async () => {
  const [old, held, prepared] = [await handIn(), await handIn(), await handIn()];
  asserted.add(held);
  clock.now += 6 * DAY;
  expect(await parked.sweep()).toBe(0);
  manifests.touch(prepared, clock.now);
  clock.now += 2 * DAY;
  const fresh = await handIn();
  manifests.touch(fresh, clock.now);
  expect(await parked.sweep()).toBe(1);
  expect((await manifests.list()).sort()).toEqual([held, prepared, fresh].sort());
  expect((await markers()).sort()).toEqual([prepared, fresh].sort());
  expect(await manifests.find(old)).toBeUndefined();
});

it('nothing goes while the ledger is not read to its end: who knows what it names', async () => {
  await handIn();
  clock.now += 30 * DAY;
  isRead = false;
  expect(await parked.sweep()).toBe(0);
  expect(await manifests.list()).toHaveLength(1);
  isRead = true;
  isRestarted = true;
  looks = 0;
  expect(await parked.sweep()).toBe(0);
  expect(await manifests.list()).toHaveLength(1);
  isRestarted = false;
  expect(await parked.sweep()).toBe(1);
});

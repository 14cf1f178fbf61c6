import { createHash } from 'node:crypto';
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LabelIndex } from './label-index.ts';
import { HEADER_BYTES } from './snapshot-format.ts';
import { readSnapshot } from './snapshot-read.ts';
import { writeSnapshot } from './snapshot-write.ts';
import { addBatch, GENESIS, makeBatch, makeKey, makeLabels } from './testing.ts';

const LEVEL = { height: 9, at: 1_700_000_000_123 };
const coded = (code: string) => expect.objectContaining({ code });

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-label-index-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function createIndex(): LabelIndex {
  const index = new LabelIndex();
  const batch = addBatch(index, 1, [makeKey(1), makeKey(2, 33), makeKey(3, 69), makeKey(1)]);
  index.change({ batch, index: 1 }, { state: 'DISPUTED', height: 2, position: 1 });
  addBatch(index, 3, [makeKey(1)]);
  index.change({ batch }, { state: 'EXPIRED', height: 4, position: 0 });
  return index;
}

const KEYS = [makeKey(1), makeKey(2, 33), makeKey(3, 69), makeKey(4)];
const everything = (index: LabelIndex) => [
  index.last,
  ...KEYS.flatMap((key) => [1, 2, 3, 4].map((height) => index.findAsOf(key, height))),
];

async function writeOne(index = createIndex(), name = 'one'): Promise<string> {
  const path = join(directory, name);
  await writeSnapshot(path, { index, level: LEVEL, genesis: GENESIS });
  return path;
}

async function codeOf(reading: Promise<unknown>): Promise<string> {
  return reading.then(
    () => 'READ',
    ({ code }) => code,
  );
}

/** With the digests that whoever wrote these bytes would have put there. */
function seal(bytes: Buffer): Buffer {
  const digest = (end: number) => createHash('sha256').update(bytes.subarray(0, end)).digest();
  digest(HEADER_BYTES - 32).copy(bytes, HEADER_BYTES - 32);
  digest(bytes.length - 32).copy(bytes, bytes.length - 32);
  return bytes;
}

it('gives back what was written, and goes on from there', async () => {
  const index = createIndex();
  const { index: read, level } = await readSnapshot(await writeOne(index), GENESIS);
  expect(level).toEqual(LEVEL);
  expect(everything(read)).toEqual(everything(index));
  expect([read.size, read.batches]).toEqual([5, 2]);
  expect(read.batchOf(1)).toEqual(index.batchOf(1));
  for (const one of [index, read]) {
    addBatch(one, 5, [makeKey(4), makeKey(3, 69)]);
    one.change({ batch: 0, index: 0 }, { state: 'SETTLED', height: 6, position: 0 });
  }
  expect(KEYS.map((key) => read.find(key))).toEqual(KEYS.map((key) => index.find(key)));
  expect(await readdir(directory)).toEqual(['one']);
});

it('finds keys of every length again', async () => {
  const index = new LabelIndex();
  const keys = Array.from({ length: 69 }, (_, at) => new Uint8Array(70 - at).fill(255));
  addBatch(index, 1, keys);
  const { index: read } = await readSnapshot(await writeOne(index, 'lengths'), GENESIS);
  for (const [number, key] of keys.entries()) {
    expect(read.find(key)).toMatchObject([{ index: number }]);
  }
});

it('gives back an index in which nothing is', async () => {
  const { index } = await readSnapshot(await writeOne(new LabelIndex(), 'none'), GENESIS);
  expect([index.size, index.batches, index.last]).toEqual([0, 0, undefined]);
});

it('leaves out labels of a batch that is not here in full, and says that they are missing', async () => {
  const index = createIndex();
  const batch = index.announce(makeBatch(3, 5));
  index.add(batch, makeLabels([makeKey(4)]));
  index.change({ batch, index: 2 }, { state: 'DISPUTED', height: 6, position: 0 });
  addBatch(index, 7, [makeKey(4)]);
  const { index: read } = await readSnapshot(await writeOne(index, 'part'), GENESIS);
  expect(read.find(makeKey(4))).toMatchObject([{ batch: batch + 1 }]);
  expect([...read.listMissing()]).toEqual([batch]);
  read.add(batch, makeLabels([makeKey(4), makeKey(5), makeKey(6)]));
  expect(read.find(makeKey(6))).toMatchObject([{ changes: [{ state: 'DISPUTED' }] }]);
});

it('is of the moment at which it was begun', async () => {
  const index = createIndex();
  const late = index.announce(makeBatch(400, 5));
  const before = everything(index);
  const writing = writeOne(index, 'moving');
  for (let height = 10; height < 60; height += 1) {
    const keys = Array.from({ length: 400 }, (_, number) => makeKey(height * 400 + number));
    addBatch(index, height, [makeKey(1), ...keys]);
    if (height === 10) index.add(late, makeLabels(keys));
    index.change({ batch: 0 }, { state: 'OPINED', height, position: 1 });
    await new Promise(setImmediate);
  }
  const { index: read } = await readSnapshot(await writing, GENESIS);
  expect([read.batches, read.size]).toEqual([3, 5]);
  expect([...read.listMissing()]).toEqual([late]);
  expect(everything(read).slice(1)).toEqual(before.slice(1));
});

it('refuses every flipped byte', async () => {
  const path = await writeOne();
  const bytes = await readFile(path);
  const file = await open(path, 'r+');
  const codes = new Set<string>();
  for (const [at, byte] of bytes.entries()) {
    await file.write(Buffer.of(byte ^ (1 << (at % 8))), 0, 1, at);
    codes.add(await codeOf(readSnapshot(path, GENESIS)));
    await file.write(Buffer.of(byte), 0, 1, at);
  }
  await file.close();
  expect([...codes]).toEqual(['SNAPSHOT_CORRUPT']);
  expect((await readSnapshot(path, GENESIS)).index.size).toBe(5);
});

it('refuses every truncation, and what was put behind', async () => {
  const bytes = await readFile(await writeOne());
  const path = join(directory, 'cut');
  const codes = new Set<string>();
  for (let length = 0; length < bytes.length; length += 1) {
    await writeFile(path, bytes.subarray(0, length));
    codes.add(await codeOf(readSnapshot(path, GENESIS)));
  }
  await writeFile(path, Buffer.concat([bytes, Buffer.alloc(4)]));
  codes.add(await codeOf(readSnapshot(path, GENESIS)));
  expect([...codes]).toEqual(['SNAPSHOT_CORRUPT']);
});

it('refuses the labels of another ledger, and a version that it does not know', async () => {
  const path = await writeOne();
  await expect(readSnapshot(path, GENESIS.with(31, 0))).rejects.toThrow(
    coded('SNAPSHOT_OTHER_LEDGER'),
  );
  const bytes = await readFile(path);
  bytes.writeUInt32LE(2, 16);
  const newer = join(directory, 'newer');
  await writeFile(newer, seal(bytes));
  await expect(readSnapshot(newer, GENESIS)).rejects.toThrow(coded('SNAPSHOT_VERSION'));
});

it('refuses what makes no sense, whatever its digests say', async () => {
  const bytes = await readFile(await writeOne());
  const path = join(directory, 'sealed');
  const codes = new Set<string>();
  let read = 0;
  for (let at = HEADER_BYTES; at < bytes.length - 32; at += 4) {
    for (const word of [0xffff_ffff, bytes.readUInt32LE(at) + 1]) {
      const changed = Buffer.from(bytes);
      changed.writeUInt32LE(word >>> 0, at);
      await writeFile(path, seal(changed));
      const code = await codeOf(readSnapshot(path, GENESIS));
      if (code === 'READ') read += 1;
      else codes.add(code);
    }
  }
  // Another key or height is as good as any; what points out of its table is not.
  expect(read).toBeGreaterThan(0);
  expect([...codes]).toEqual(['SNAPSHOT_CORRUPT']);
});

it('leaves out what is ahead of its height', async () => {
  const index = createIndex();
  const before = everything(index);
  addBatch(index, 10, [makeKey(1)]);
  index.change({ batch: 0 }, { state: 'SETTLED', height: 10, position: 1 });
  index.announce(makeBatch(1, 11));
  const { index: read } = await readSnapshot(await writeOne(index, 'ahead'), GENESIS);
  expect(everything(read)).toEqual(before);
  expect([read.size, read.batches]).toEqual([5, 2]);
});

it('tells a snapshot that is not there from one that is broken', async () => {
  await expect(readSnapshot(join(directory, 'absent'), GENESIS)).rejects.toThrow(coded('ENOENT'));
});

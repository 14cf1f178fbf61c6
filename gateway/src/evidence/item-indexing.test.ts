import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ItemIndex } from './item-index.ts';
import { ItemIndexing } from './item-indexing.ts';
import { digestPrefix, LinePositions } from './line-positions.ts';

const SHA = 'ab'.repeat(32);
const manifest = { digest: 'd'.repeat(64), acquisition: 'a', root: 'r', size: 1, bytes: 1 };
let directory: string;
let index: ItemIndex;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tabellion-indexing-'));
  index = new ItemIndex(join(directory, 'index.sqlite'));
});
afterEach(() => {
  index.close();
  rmSync(directory, { recursive: true });
});

const fullDisk = () => Object.assign(new Error('database or disk is full'), { errcode: 13 });

it('adds what found no room once, however many wait for it', async () => {
  let isFull = true;
  const real = index.addItems.bind(index);
  index.addItems = function* (digest, items) {
    if (isFull) throw fullDisk();
    yield;
    yield* real(digest, items);
  };
  const indexing = new ItemIndexing(index);
  const items = new LinePositions();
  items.add(SHA, 0);
  indexing.add(manifest, items);
  await expect(indexing.complete()).rejects.toThrow('full');
  isFull = false;
  await Promise.all([indexing.complete(), indexing.complete(), indexing.complete()]);
  expect(index.list({ prefix: digestPrefix(SHA) }, -1, 10)).toHaveLength(1);
  await indexing.stop();
});

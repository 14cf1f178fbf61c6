import '@tabellion/proof/node';
import { setTimeout as delay } from 'node:timers/promises';
import { leafHash, toHex } from '@tabellion/proof';
import { expect, it } from 'vitest';
import { Batcher, type FilledBatch } from './batcher.ts';
import type { ItemFacts } from './commitment.ts';
import { LineSplitter, verifyManifest } from './manifest.ts';
import { describeLines } from './testing.ts';

const item = (index: number): ItemFacts => ({
  kind: 'message',
  digest: { sha256: index.toString(16).padStart(64, '0') },
  size: index,
  path: 'AA',
});

const linesOf = ({ chunks }: FilledBatch) => {
  const splitter = new LineSplitter();
  return chunks.flatMap((chunk) => splitter.split(chunk));
};

function openBatcher(options: {
  batchItems?: number;
  maxAgeMs?: number;
  quietMs?: number;
  failing?: boolean;
}) {
  const batches: FilledBatch[] = [];
  let commit = Promise.withResolvers<void>();
  const batcher = new Batcher(
    { batchItems: 3, maxAgeMs: 5, quietMs: 5, ...options },
    async (batch) => {
      batches.push(batch);
      if (options.failing) throw new Error('no ledger');
      await commit.promise;
      return { digest: batch.root, txId: `${batches.length}` };
    },
  );
  return {
    batcher,
    batches,
    release: () => {
      commit.resolve();
      commit = Promise.withResolvers();
    },
  };
}

it('closes by size while the batch before commits, and places each item where it says', async () => {
  const { batcher, batches, release } = openBatcher({ maxAgeMs: 60_000, quietMs: 60_000 });
  const placed = [];
  for (let index = 0; index < 6; index += 1) {
    await batcher.room();
    placed.push(batcher.place(item(index), 100 - index));
  }
  await delay(10);
  // Two batches are full: one commits, one waits, and there is no room for a third.
  expect(batches).toHaveLength(1);
  expect(batcher.hasRoom).toBe(false);
  expect(() => batcher.place(item(6), 0)).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
  release();
  await batcher.room();
  await delay(1);
  release();
  const committed = await Promise.all(placed.map(({ batch }) => batch.committed));
  expect(committed.map(({ txId }) => txId)).toEqual(['1', '1', '1', '2', '2', '2']);
  for (const [index, place] of placed.entries()) {
    const batch = batches[Math.floor(index / 3)]!;
    expect(place.index).toBe(index % 3);
    expect(place.batch.leaf(place.index)).toBe(toHex(leafHash(linesOf(batch)[place.index]!)));
  }
  expect(batches.map(({ collectedAt }) => collectedAt)).toEqual([98, 95]);
  for (const batch of batches) {
    const { chunks, positions, collectedAt, ...facts } = batch;
    const lines = linesOf(batch);
    expect(await verifyManifest(chunks, facts)).toEqual(facts);
    expect(describeLines(lines).root).toBe(facts.root);
    expect(positions.size).toBe(3);
    expect([0, 1, 2].map((index) => positions.offset(index))).toEqual([
      0,
      lines[0]!.length + 1,
      lines[0]!.length + lines[1]!.length + 2,
    ]);
  }
});

it('closes by age while items keep coming', async () => {
  const { batcher, batches, release } = openBatcher({
    ...{ batchItems: 1_000_000, maxAgeMs: 60, quietMs: 60_000 },
  });
  const since = performance.now();
  const one = batcher.place(item(1), 0);
  const two = batcher.place(item(2), 0);
  expect(batches).toHaveLength(0);
  while (batches.length === 0) await delay(1);
  expect(performance.now() - since).toBeGreaterThan(55);
  release();
  expect((await one.batch.committed).txId).toBe((await two.batch.committed).txId);
  expect(linesOf(batches[0]!)).toHaveLength(2);
});

it('closes before its age once nothing more comes', async () => {
  const { batcher, batches, release } = openBatcher({
    ...{ batchItems: 100, maxAgeMs: 60_000, quietMs: 20 },
  });
  const { batch } = batcher.place(item(1), 0);
  while (batches.length === 0) await delay(1);
  release();
  expect((await batch.committed).txId).toBe('1');
});

it('tells everyone in a batch that it failed, and takes the next', async () => {
  const { batcher } = openBatcher({ failing: true });
  const placed = [1, 2, 3].map((index) => batcher.place(item(index), 0));
  for (const { batch } of placed) await expect(batch.committed).rejects.toThrow('no ledger');
  await expect(batcher.place(item(4), 0).batch.committed).rejects.toThrow('no ledger');
});

it('commits what waits when it closes, and takes nothing more', async () => {
  const { batcher, release } = openBatcher({ maxAgeMs: 60_000, quietMs: 60_000 });
  const { batch } = batcher.place(item(1), 0);
  const closing = batcher.close();
  await delay(5);
  release();
  await closing;
  expect((await batch.committed).txId).toBe('1');
  expect(() => batcher.place(item(2), 0)).toThrow(expect.objectContaining({ code: 'STOPPED' }));
});

it('takes an item at whatever moment after the batch before', { timeout: 60_000 }, async () => {
  for (let moments = 0; moments < 8; moments += 1) {
    const batcher = new Batcher({ batchItems: 3, maxAgeMs: 5, quietMs: 5 }, async ({ root }) => {
      await delay(1);
      return { digest: root, txId: '1' };
    });
    await batcher.place(item(1), 1).batch.committed;
    for (let moment = 0; moment < moments; moment += 1) await undefined;
    await batcher.place(item(2), 1).batch.committed;
    await batcher.close();
  }
});

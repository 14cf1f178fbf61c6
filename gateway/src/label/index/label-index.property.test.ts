/** The index against a model that only keeps lists. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LABEL_STATES, type LabelChange, type LabelState } from './change-log.ts';
import type { KeyHash } from './half-siphash.ts';
import { LabelIndex } from './label-index.ts';
import { readSnapshot } from './snapshot-read.ts';
import { writeSnapshot } from './snapshot-write.ts';
import { GENESIS, makeBatch, makeKey, makeLabels } from './testing.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-label-model-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Few keys, of every kind of length, so that many labels share one. */
const KEYS = [2, 3, 21, 33, 44, 45, 65, 70].flatMap((length) =>
  [1, 2, 256].map((number) => makeKey(number, length)),
);
const key = fc.constantFrom(...KEYS);
const number = fc.nat({ max: 1000 });
const blocks = fc.nat({ max: 1 });

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('announce'),
      blocks,
      keys: fc.array(key, { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('add'), number, count: fc.integer({ min: 1, max: 6 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ do: fc.constant('change'), number, blocks, state: fc.constantFrom(...LABEL_STATES) },
      index: fc.option(number, { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('snapshot') }) },
);

interface ModelBatch {
  readonly height: number;
  readonly keys: readonly Uint8Array[];
  added: number;
}

class Model {
  readonly batches: ModelBatch[] = [];
  readonly changes: { batch: number; index: number | undefined; change: LabelChange }[] = [];

  isVoid(batch: number, height: number): boolean {
    return this.changes.some(
      ({ batch: of, index, change }) =>
        of === batch &&
        index === undefined &&
        change.state === 'WITHHELD' &&
        change.height <= height,
    );
  }

  findMissing(height: number): number | undefined {
    const missing = this.batches.findIndex(
      ({ added, keys, height: announced }, batch) =>
        announced <= height && added < keys.length && !this.isVoid(batch, height),
    );
    return missing === -1 ? undefined : missing;
  }

  find(wanted: Uint8Array, height: number) {
    return this.batches.flatMap(({ height: announced, keys, added }, batch) =>
      keys.slice(0, added).flatMap((held, index) => {
        if (this.isVoid(batch, height)) return [];
        if (announced > height || Buffer.compare(held, wanted) !== 0) return [];
        const changes = this.changes
          .filter((one) => one.batch === batch && (one.index ?? index) === index)
          .map(({ change }) => change)
          .filter((change) => change.height <= height);
        return [{ batch, index, offset: 700 * index, length: 699, changes }];
      }),
    );
  }
}

const HASHES: readonly (readonly [string, KeyHash | undefined])[] = [
  ['a hash of its own', undefined],
  ['hashes that mostly collide', (words) => words[0]! & 1],
];

it.each(HASHES)('answers as lists do, at every height, with %s', async (_, hash) => {
  const path = join(directory, 'snapshot');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
      let index = new LabelIndex(hash);
      const model = new Model();
      let height = 0;
      for (const [position, one] of steps.entries()) {
        if ('blocks' in one) height += one.blocks;
        const some =
          'number' in one && model.batches.length > 0 ? one.number % model.batches.length : -1;
        if ('keys' in one) {
          index.announce(makeBatch(one.keys.length, height, position));
          model.batches.push({ height, keys: one.keys, added: 0 });
        } else if ('count' in one && some >= 0) {
          const batch = model.batches[some]!;
          const labels = makeLabels(batch.keys).slice(batch.added, batch.added + one.count);
          index.add(some, labels);
          batch.added += labels.length;
        } else if ('state' in one && some >= 0) {
          const { keys } = model.batches[some]!;
          const change = { state: one.state as LabelState, height, position };
          const at = one.index === undefined ? undefined : one.index % keys.length;
          index.change({ batch: some, ...(at !== undefined && { index: at }) }, change);
          model.changes.push({ batch: some, index: at, change });
        } else if (one.do === 'snapshot') {
          await writeSnapshot(path, { index, level: { height, at: 1 }, genesis: GENESIS });
          ({ index } = await readSnapshot(path, GENESIS, hash));
          for (const batch of model.batches) if (batch.added < batch.keys.length) batch.added = 0;
        }
      }
      const heights = Array.from({ length: height + 1 }, (_, asOf) => asOf);
      for (const wanted of KEYS) {
        const answers = heights.map((asOf) => index.findAsOf(wanted, asOf));
        expect(answers).toEqual(heights.map((asOf) => model.find(wanted, asOf)));
        expect(index.find(wanted)).toEqual(answers.at(-1));
        const all = answers.at(-1)!;
        for (const most of [1, 2, 5]) {
          const hits = all.slice(-most);
          const newest = { hits, older: all.length - hits.length };
          expect(index.findNewest(wanted, height, most)).toEqual(newest);
        }
      }
      expect(index.size).toBe(model.batches.reduce((sum, { added }) => sum + added, 0));
      expect(heights.map((asOf) => index.findMissing(asOf))).toEqual(
        heights.map((asOf) => model.findMissing(asOf)),
      );
    }),
    { numRuns: 60 },
  );
});

/** Lines of labels, as they are found: of whichever address, and from whatever place. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LabelBatchRecord } from '@tabellion/chaincode/label/record';
import { parseCanonical, toHex } from '@tabellion/proof';
import { isRefusal, normaliseAddress } from '@tabellion/screening';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { LabelManifestStore } from './manifest-store.ts';
import { createLabelReader, type LabelReaderPorts } from './read-label.ts';
import { makeLabels, sampleAddress, sampleFacts } from './testing.ts';

const DIGEST = 'd'.repeat(64);
const links = [{ kind: 'ORDER', id: 'a'.repeat(32) }] as const;
const facts = [sampleFacts(1), sampleFacts(2, { links: [...links], actor: 'somebody' })];
const made = makeLabels(facts);
const hits: { batch: number; index: number; offset: number; length: number; changes: [] }[] = [];
let directory: string;
let manifests: LabelManifestStore;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-labels-'));
  manifests = await LabelManifestStore.open(directory);
  await manifests.put(
    made.digest,
    (async function* () {
      yield made.bytes;
    })(),
  );
  await manifests.read(made.digest, ({ offset, length }) => {
    hits.push({ batch: 0, index: hits.length, offset, length, changes: [] });
  });
});
afterAll(() => rm(directory, { recursive: true }));

const keyOf = (number: number): Uint8Array => {
  const read = normaliseAddress(sampleAddress(number));
  if (isRefusal(read)) throw new Error(read.code);
  return read.key;
};
function open() {
  const record = { manifest: made.digest } as LabelBatchRecord;
  const findBatch = vi.fn(() => ({ record }) as ReturnType<LabelReaderPorts['view']['findBatch']>);
  const feed = { batchOf: () => DIGEST };
  return { read: createLabelReader({ feed, view: { findBatch }, manifests }), findBatch };
}

it('are read as they stand, and their batch once', () => {
  const { read, findBatch } = open();
  for (const [at, hit] of hits.entries()) {
    const { digest, leaf, statement } = read(keyOf(at + 1), hit);
    expect({ digest, leaf }).toEqual({ digest: DIGEST, leaf: toHex(made.leaves[at]!) });
    expect(statement).toMatchObject(facts[at]!);
    const line = made.bytes.subarray(hit.offset, hit.offset + hit.length);
    expect(JSON.stringify(statement)).toBe(JSON.stringify(parseCanonical(line)));
  }
  expect(findBatch).toHaveBeenCalledTimes(1);
});

it('of another address than was looked up are never shown', () => {
  const { read } = open();
  expect(() => read(keyOf(1), hits[1]!)).toThrow('does not say what was taken in');
  expect(() => read(keyOf(3), hits[0]!)).toThrow('does not say what was taken in');
});

it('are none where the place is wrong', () => {
  const { read } = open();
  const { offset, length } = hits[1]!;
  for (const place of [
    { offset: offset - 1, length },
    { offset: offset + 1, length: length - 2 },
    { offset, length: length - 1 },
    { offset: made.bytes.length, length },
  ])
    expect(() => read(keyOf(2), { ...hits[1]!, ...place })).toThrow();
});

/** How sets are kept: durably, twice where there is a second place, and never as something else. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BatchRecord } from '@tabellion/chaincode/evidence/record';
import { buildSet, compareBytes, leafHash, toHex, utf8 } from '@tabellion/proof';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { drawSalt, encodeCommitment } from '../evidence/commitment.ts';
import { ManifestDigest, manifestChunks } from '../evidence/manifest.ts';
import { openDisclosureSets } from './sets.ts';

const ACQUISITION = 'a'.repeat(32);
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-sets-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const lines = Array.from({ length: 5 }, (_, index) =>
  encodeCommitment(
    {
      kind: 'file',
      digest: { sha256: String(index).repeat(64) },
      size: 1,
      path: Buffer.from(`file ${index}`).toString('base64url'),
    },
    drawSalt(),
  ),
);
const manifest = Buffer.concat([...manifestChunks(lines)]);
const facts = (() => {
  const digest = new ManifestDigest();
  for (const line of lines) digest.add(line, 1);
  return digest.finish();
})();
const set = buildSet(
  [lines[0]!, lines[2]!, lines[4]!].map((line) => leafHash(line)).sort(compareBytes),
);
const root = toHex(set.root);

/** The member's manifests as one file; `kept` is what of it is left. */
const open = (kept: Uint8Array = manifest) =>
  openDisclosureSets({
    directory: join(directory, 'own'),
    escrow: join(directory, 'escrow'),
    members: ['A'],
    manifests: {
      open: async () =>
        (async function* () {
          yield kept;
        })(),
    },
    listBatches: () => [{ ...facts, manifest: facts.digest } as unknown as BatchRecord],
  });
async function* text() {
  yield utf8(set.leaves.map((leaf) => `${toHex(leaf)}\n`).join(''));
}
const put = (sets = open()) => sets.put('A', { acquisition: ACQUISITION, root }, text());
const own = () => join(directory, 'own', 'A', `${root}.set`);

it('finds each item where its commitment stands in the manifest', async () => {
  await put();
  const { items, acquisition } = await open().open('A', root);
  expect(acquisition).toBe(ACQUISITION);
  for (const { leaf, index, offset, manifest: name } of items) {
    const line = manifest.subarray(offset, manifest.indexOf(10, offset));
    expect(toHex(leafHash(line))).toBe(toHex(leaf));
    expect(line.equals(lines[index]!)).toBe(true);
    expect(name).toBe(facts.digest);
  }
});

it('comes back from the second place when its own is lost', async () => {
  await put();
  const before = await readFile(own());
  await rm(own());
  expect(await open().find('A', root)).toEqual({ acquisition: ACQUISITION, root, size: 3 });
  expect((await readFile(own())).equals(before)).toBe(true);
});

it('takes nothing from a manifest that is not the anchored one', async () => {
  const altered = Buffer.from(manifest);
  altered[altered.length - 30] = altered[altered.length - 30]! ^ 1;
  await expect(put(open(altered))).rejects.toThrow();
  expect(await open().find('A', root)).toBeUndefined();
});

it('is not shown when it changed on the disk, cut short or padded', async () => {
  await put();
  const sound = await readFile(own(), 'utf8');
  const spoiled = [
    sound.slice(0, -10),
    `${sound}${sound.split('\n')[1]}\n`,
    sound.replace(toHex(set.leaves[1]!), 'b'.repeat(64)),
    sound.replace(root, 'c'.repeat(64)),
    '',
  ];
  for (const content of spoiled) {
    await writeFile(own(), content);
    await expect(open().open('A', root), content.slice(0, 20)).rejects.toThrow();
  }
  await writeFile(own(), sound);
  expect((await open().open('A', root)).items.length).toBe(3);
});

it('is its member’s, and only what is served here', async () => {
  await put();
  const code = (promise: Promise<unknown>) =>
    promise.then(
      () => 'none',
      (error: { code: string }) => error.code,
    );
  expect(await code(open().open('B', root))).toBe('NOT_FOUND');
  expect(await code(open().open('A', '../../etc/passwd'))).toBe('NOT_FOUND');
  expect(await code(open().open('A', 'd'.repeat(64)))).toBe('NOT_FOUND');
});

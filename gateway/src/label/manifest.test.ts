/** Label manifests: what is taken, what is refused, and that nothing of a refused one stays. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readlink, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { buildTree, canonicalBytes, parseCanonical, toHex } from '@tabellion/proof';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LabelManifestStore } from './manifest-store.ts';
import { makeLabels, sampleFacts } from './testing.ts';

let directory: string;
let store: LabelManifestStore;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-labels-'));
  store = await LabelManifestStore.open(directory);
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function* inPieces(bytes: Uint8Array, length = 100) {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}
const put = (bytes: Uint8Array, digest = createHash('sha256').update(bytes).digest('hex')) =>
  store.put(digest, inPieces(bytes));
const lines = (...texts: (Uint8Array | string)[]) =>
  Buffer.concat(texts.flatMap((text) => [Buffer.from(text), Buffer.of(10)]));
/** One line, changed after it was made. */
function bent(change: (statement: Record<string, unknown>) => object): Buffer {
  const { bytes } = makeLabels([sampleFacts(1)]);
  const statement = parseCanonical(bytes.subarray(0, -1)) as Record<string, unknown>;
  return lines(canonicalBytes(change(statement)));
}

describe('a manifest', () => {
  it('is checked, kept, and read back byte for byte', async () => {
    const made = makeLabels([
      sampleFacts(1, { tlp: 'GREEN' }),
      sampleFacts(2, { concepts: ['ransomware'] }),
      sampleFacts(3, { tlp: 'CLEAR' }),
    ]);
    const facts = await put(made.bytes);
    expect(facts).toEqual({
      digest: made.digest,
      root: toHex(buildTree(made.leaves).root),
      size: 3,
      tlp: 'AMBER',
      categories: new Set(['mixer', 'ransomware']),
      content: 'LABELS',
      evidence: new Set(),
    });
    const again = await LabelManifestStore.open(directory);
    expect(await again.find(made.digest)).toEqual(facts);
    const labels: string[] = [];
    await again.read(made.digest, ({ offset, length, statement }) => {
      const line = Buffer.from(again.readLine(made.digest, { offset, length }));
      expect(parseCanonical(line)).toEqual(statement);
      labels.push(statement.label);
    });
    expect(labels).toEqual(['wallet 1', 'wallet 2', 'wallet 3']);
  });

  it.each([
    [
      'another digest',
      () => put(makeLabels([sampleFacts(1)]).bytes, 'a'.repeat(64)),
      'DIGEST_MISMATCH',
    ],
    ['no lines', () => put(new Uint8Array()), 'MANIFEST_INVALID'],
    [
      'no line feed at its end',
      () => put(makeLabels([sampleFacts(1)]).bytes.subarray(0, -1)),
      'MANIFEST_INVALID',
    ],
    [
      'a line of another kind',
      () => put(lines('{"type":"tabellion.item","v":1}')),
      'LABEL_INVALID',
    ],
    [
      'a line that is not canonical',
      () => put(lines('{"v":1,"type":"tabellion.label"}')),
      'LABEL_INVALID',
    ],
    ['a line that is no JSON', () => put(lines('0x00')), 'LABEL_INVALID'],
    ['a field too many', () => put(bent((it) => ({ ...it, person: 'x' }))), 'LABEL_INVALID'],
    [
      'a marking for named recipients',
      () => put(bent((it) => ({ ...it, tlp: 'RED' }))),
      'LABEL_INVALID',
    ],
    ['no source', () => put(bent(({ source: _, ...it }) => it)), 'LABEL_INVALID'],
    [
      'a wrong checksum',
      () => put(bent((it) => ({ ...it, address: '0xD0cC2B24980CBCCA47EF755Da88B220a82291408' }))),
      'LABEL_INVALID',
    ],
    [
      'an address not in canonical form',
      () => put(bent((it) => ({ ...it, address: String(it.address).toLowerCase() }))),
      'LABEL_INVALID',
    ],
    [
      'an address of another network',
      () => put(bent((it) => ({ ...it, network: 'xrpl:0' }))),
      'LABEL_INVALID',
    ],
  ])('with %s is refused, and nothing stays', async (_, attempt, code) => {
    await expect(attempt()).rejects.toMatchObject({ code });
    expect(await readdir(directory)).toEqual([]);
  });

  it('whose byte was changed on disk gives no line of that page, with and without a restart', async () => {
    // Several pages, with a line that stands on two of them.
    const made = makeLabels(Array.from({ length: 40 }, (_, at) => sampleFacts(at)));
    await put(made.bytes);
    const places: { offset: number; length: number }[] = [];
    await store.read(made.digest, ({ offset, length }) => places.push({ offset, length }));
    const path = join(directory, `${made.digest}.ndjson`);
    const restarted = () => LabelManifestStore.open(directory);
    const readable = (from: LabelManifestStore) =>
      places.filter(({ offset, length }) => {
        try {
          const line = Buffer.from(from.readLine(made.digest, { offset, length }));
          expect(line.equals(made.bytes.subarray(offset, offset + length))).toBe(true);
          return true;
        } catch (error) {
          expect(error).toMatchObject({ name: 'ChangedFile' });
          return false;
        }
      }).length;
    expect(readable(store)).toBe(40);
    expect(readable(await restarted())).toBe(40);
    const at = 5000;
    for (const bit of [1, 0x80]) {
      const bent = Buffer.from(made.bytes);
      bent[at]! ^= bit;
      await writeFile(path, bent);
      const touched = places.filter(
        ({ offset, length }) => offset < 8192 && offset + length > 4096,
      ).length;
      expect(readable(store)).toBe(40 - touched);
      // Who has not seen it whole takes nothing from it at all.
      expect(readable(await restarted())).toBe(0);
    }
    await writeFile(path, made.bytes.subarray(0, 6000));
    const whole = places.filter(({ offset, length }) => offset + length <= 4096).length;
    expect(readable(store)).toBe(whole);
    await writeFile(path, made.bytes);
    expect(readable(store)).toBe(40);
  });

  it('is open no longer than the turn in which lines of it are read, however many are', async () => {
    const manifests = Array.from({ length: 70 }, (_, at) => makeLabels([sampleFacts(at)]));
    for (const made of manifests) await put(made.bytes);
    const readAll = () =>
      manifests.map(({ digest, bytes }) => {
        const place = { offset: 0, length: bytes.length - 1 };
        return Buffer.from(store.readLine(digest, place)).equals(bytes.subarray(0, -1));
      });
    expect(readAll()).toEqual(manifests.map(() => true));
    // Another file takes its place, as from a backup: what is read next is that.
    const [first, second] = manifests;
    const path = join(directory, `${first!.digest}.ndjson`);
    await writeFile(`${path}.new`, second!.bytes);
    await rename(`${path}.new`, path);
    expect(readAll).toThrow('not what it was');
    await rm(path);
    expect(readAll).toThrow('ENOENT');
    await nextTurn();
    if (process.platform !== 'linux') return;
    const open = (await readdir('/proc/self/fd')).map((name) =>
      readlink(join('/proc/self/fd', name)).catch(() => ''),
    );
    expect((await Promise.all(open)).filter((file) => file.startsWith(directory))).toEqual([]);
  });

  it('gives its lines as a whole, and fails at the end where one byte is another', async () => {
    const made = makeLabels(Array.from({ length: 300 }, (_, at) => sampleFacts(at)));
    await put(made.bytes);
    const read = async () => {
      const found: Buffer[] = [];
      for await (const part of store.readLines(made.digest))
        found.push(...part.map((line) => lines(line)));
      return Buffer.concat(found);
    };
    expect((await read()).equals(Buffer.from(made.bytes))).toBe(true);
    const bent = Buffer.from(made.bytes);
    bent[bent.indexOf('wallet')]! ^= 1;
    await writeFile(join(directory, `${made.digest}.ndjson`), bent);
    await expect(read()).rejects.toMatchObject({ name: 'ChangedFile' });
  });

  it('is kept by its digest alone where a gateway fetched it, and by no other', async () => {
    const bytes = Buffer.from('no labels\n');
    const digest = createHash('sha256').update(bytes).digest('hex');
    await store.keep(digest, inPieces(bytes));
    expect(await store.isIntact(digest)).toBe(true);
    await expect(store.find(digest)).rejects.toMatchObject({ code: 'LABEL_INVALID' });
    const other = store.keep('a'.repeat(64), inPieces(bytes));
    await expect(other).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(await store.list()).toEqual([digest]);
  });

  it('that was changed on disk is not taken for what it was', async () => {
    const { digest, bytes } = makeLabels([sampleFacts(1)]);
    await put(bytes);
    await writeFile(join(directory, `${digest}.ndjson`), makeLabels([sampleFacts(2)]).bytes);
    const again = await LabelManifestStore.open(directory);
    await expect(again.find(digest)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  });
});

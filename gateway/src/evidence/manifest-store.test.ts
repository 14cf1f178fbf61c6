import '@tabellion/proof/node';
import { hash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestPrefix, LinePositions } from './line-positions.ts';
import { ManifestStore } from './manifest-store.ts';
import {
  ACQUISITION,
  collect,
  cut,
  describeLines,
  joinLines,
  makeDirectory,
  makeLine,
} from './testing.ts';

let home: ReturnType<typeof makeDirectory>;
let directory: string;
let escrow: string;
let store: ManifestStore;
beforeEach(async () => {
  home = makeDirectory();
  directory = join(home.path, 'own');
  escrow = join(home.path, 'escrow');
  store = await ManifestStore.open({ directory, escrow });
});
afterEach(async () => {
  await store.close().catch(() => undefined);
  home.remove();
});

const code = (value: string) => expect.objectContaining({ name: 'EvidenceError', code: value });
const SHA = 'ab'.repeat(32);
const digestOf = (at: number) => hash('sha256', `file-${at}`);
const lines = [makeLine('one'), makeLine('two', 1, SHA), makeLine('three')];
const bytes = joinLines(lines);
const manifest = describeLines(lines);
const read = async (digest: string) => collect(store.read(digest));
const copies = (digest: string) =>
  [directory, escrow].map((place) => join(place, ACQUISITION, `${digest}.ndjson`));
const leftovers = () =>
  [directory, escrow].flatMap((place) =>
    existsSync(join(place, ACQUISITION)) ? readdirSync(join(place, ACQUISITION)) : [],
  );

async function reopen() {
  await store.close();
  store = await ManifestStore.open({ directory, escrow });
}

describe('put', () => {
  it('keeps the exact bytes in both places, and finds them again', async () => {
    const stored = await store.put(manifest, cut(bytes, 100));
    expect(stored).toEqual(manifest);
    expect(store.find(manifest.digest)).toEqual(manifest);
    expect(await read(manifest.digest)).toEqual(bytes);
    for (const file of copies(manifest.digest)) expect(readFileSync(file)).toEqual(bytes);
    await reopen();
    expect(await read(manifest.digest)).toEqual(bytes);
  });

  it('repeated changes nothing; other facts or another acquisition are refused', async () => {
    await store.put(manifest, [bytes]);
    await expect(store.put(manifest, [])).resolves.toEqual(manifest);
    await expect(store.put({ ...manifest, root: SHA }, [])).rejects.toThrow(code('ROOT_MISMATCH'));
    const other = { ...manifest, acquisition: 'f'.repeat(32) };
    await expect(store.put(other, [bytes])).rejects.toThrow(code('NOT_ALLOWED'));
  });

  it.each([
    ['other bytes', { digest: SHA }, [bytes], 'DIGEST_MISMATCH'],
    ['another root', { root: SHA }, [bytes], 'ROOT_MISMATCH'],
    ['a bad line', {}, [bytes, Buffer.from('{}\n')], 'MANIFEST_INVALID'],
    ['a path as its digest', { digest: '../../../etc/passwd' }, [bytes], 'NOT_FOUND'],
    ['a path as its acquisition', { acquisition: '../..' }, [bytes], 'NOT_FOUND'],
  ])('of %s leaves nothing behind', async (_, announced, chunks, refusal) => {
    await expect(store.put({ ...manifest, ...announced }, chunks)).rejects.toThrow(code(refusal));
    expect(leftovers()).toEqual([]);
    expect(store.find(manifest.digest)).toBeUndefined();
  });

  it('that is cut off leaves nothing behind', async () => {
    const cutOff = function* () {
      yield bytes.subarray(0, 50);
      throw new Error('connection lost');
    };
    await expect(store.put(manifest, cutOff())).rejects.toThrow('connection lost');
    expect(leftovers()).toEqual([]);
  });

  it('fails when the second copy cannot be written, and then nothing is stored', async () => {
    rmSync(escrow, { recursive: true });
    writeFileSync(escrow, 'not a directory');
    await expect(store.put(manifest, [bytes])).rejects.toThrow(code('ESCROW_FAILED'));
    expect(store.find(manifest.digest)).toBeUndefined();
    rmSync(escrow);
    mkdirSync(escrow);
    await expect(store.put(manifest, [bytes])).resolves.toEqual(manifest);
  });
});

describe('the index', () => {
  const find = (filter: Parameters<ManifestStore['listItems']>[0], after = -1, limit = 100) =>
    store.listItems(filter, after, limit);

  it('finds items by digest and lists them page by page', async () => {
    await store.put(manifest, [bytes]);
    const more = [makeLine('four', 1, SHA), makeLine('five')];
    const second = describeLines(more);
    const positions = new LinePositions();
    positions.add(SHA, 0);
    positions.add('0'.repeat(64), more[0]!.length + 1);
    await store.putOwn(second, positions, [joinLines(more)]);
    const found = await find({ prefix: digestPrefix(SHA) });
    expect(found.map(({ manifest: digest, index }) => [digest, index])).toEqual([
      [manifest.digest, 1],
      [second.digest, 0],
    ]);
    expect(found.map((item) => Buffer.from(item.bytes))).toEqual([lines[1], more[0]]);

    const all = [...lines, ...more];
    const pages: Buffer[] = [];
    for (let after = -1; ; ) {
      const page = await find({ acquisition: ACQUISITION }, after, 2);
      if (page.length === 0) break;
      pages.push(...page.map((item) => Buffer.from(item.bytes)));
      after = page.at(-1)!.id;
    }
    expect(pages).toEqual(all);
    expect(await find({ acquisition: 'f'.repeat(32) })).toEqual([]);
  });

  it('is the same after it was thrown away', async () => {
    await store.put(manifest, [bytes]);
    const before = await find({});
    await store.close();
    for (const name of readdirSync(directory)) {
      if (name.startsWith('index.sqlite')) rmSync(join(directory, name));
    }
    store = await ManifestStore.open({ directory, escrow });
    expect(await find({})).toEqual(before);
    await store.rebuild();
    expect(await find({})).toEqual(before);
  });

  it('finds every line of a long manifest, whose digests are spread, where it stands', async () => {
    const all = Array.from({ length: 4500 }, (_, at) => makeLine(`file-${at}`, 1, digestOf(at)));
    const long = describeLines(all);
    await store.put(long, [joinLines(all)]);
    for (const at of [0, 1023, 1024, 4095, 4096, 4499]) {
      const found = await find({ prefix: digestPrefix(digestOf(at)) });
      expect(found.map(({ index, bytes: line }) => [index, Buffer.from(line)])).toEqual([
        [at, Buffer.from(all[at]!)],
      ]);
    }
    const [first] = await find({}, -1, 1);
    const page = await find({}, first!.id + 1022, 3);
    expect(page.map(({ bytes: line }) => Buffer.from(line))).toEqual(
      all.slice(1023, 1026).map((line) => Buffer.from(line)),
    );
    expect(await find({}, first!.id + 4498, 10)).toHaveLength(1);
  });

  it('is made anew where an earlier version made it', async () => {
    await store.put(manifest, [bytes]);
    const before = await find({});
    await store.close();
    const { DatabaseSync } = await import('node:sqlite');
    const index = new DatabaseSync(join(directory, 'index.sqlite'));
    index.exec(`DROP TABLE run; DROP TABLE page; DROP TABLE line; PRAGMA user_version = 0;
      CREATE TABLE item (id INTEGER PRIMARY KEY, prefix INTEGER NOT NULL, offset INTEGER NOT NULL);
      INSERT INTO item VALUES (65536, 0, 0)`);
    index.close();
    store = await ManifestStore.open({ directory, escrow });
    expect(await find({})).toEqual(before);
  });

  it('forgets what is gone, and keeps the rest', async () => {
    await store.put(manifest, [bytes]);
    const second = describeLines(lines.slice(1));
    await store.put(second, [joinLines(lines.slice(1))]);
    for (const file of copies(manifest.digest)) rmSync(file);
    await reopen();
    const found = await find({ prefix: digestPrefix(SHA) });
    expect(found.map((item) => item.manifest)).toEqual([second.digest]);
    expect(await find({})).toHaveLength(2);
  });

  it('is completed at the next start when it was cut off', async () => {
    await store.put(manifest, [bytes]);
    // Closing waits; a killed process does not: the file is there, its items are not.
    await store.close();
    const { DatabaseSync } = await import('node:sqlite');
    const index = new DatabaseSync(join(directory, 'index.sqlite'));
    index.exec('UPDATE run SET live = 0; DELETE FROM page; UPDATE manifest SET complete = 0');
    index.close();
    store = await ManifestStore.open({ directory, escrow });
    expect(await find({ prefix: digestPrefix(SHA) })).toHaveLength(1);
    expect(await find({})).toHaveLength(3);
  });

  it('finds the items of many manifests, before and after they were merged', async () => {
    const stored = Array.from({ length: 30 }, (_, at) => {
      const own = [makeLine(`file-${at}`, 1, digestOf(at)), makeLine(`same-${at}`, 1, SHA)];
      return { own, manifest: describeLines(own) };
    });
    for (const { own, manifest: each } of stored) await store.put(each, [joinLines(own)]);
    await reopen();
    const same = await find({ prefix: digestPrefix(SHA) });
    expect(same.map((item) => item.manifest)).toEqual(stored.map((each) => each.manifest.digest));
    const second = await find({ prefix: digestPrefix(SHA) }, same[9]!.id, 5);
    expect(second).toEqual(same.slice(10, 15));
    for (const [at, each] of stored.entries()) {
      const found = await find({ prefix: digestPrefix(digestOf(at)) });
      expect(found.map((item) => item.manifest)).toEqual([each.manifest.digest]);
    }
  });
});

describe('at the start', () => {
  it('unfinished files are removed and missing copies made, from either place', async () => {
    await store.put(manifest, [bytes]);
    const second = describeLines(lines.slice(1));
    await store.put(second, [joinLines(lines.slice(1))]);
    writeFileSync(join(directory, ACQUISITION, '.unfinished-0123456789abcdef'), 'half');
    rmSync(copies(manifest.digest)[0]!);
    rmSync(copies(second.digest)[1]!);
    await reopen();
    expect(existsSync(join(directory, ACQUISITION, '.unfinished-0123456789abcdef'))).toBe(false);
    for (const { digest } of [manifest, second]) {
      for (const file of copies(digest)) expect(existsSync(file)).toBe(true);
    }
    expect(store.damaged.size).toBe(0);
  });

  it('a manifest that is gone from both places is not said to be stored', async () => {
    await store.put(manifest, [bytes]);
    for (const file of copies(manifest.digest)) rmSync(file);
    await reopen();
    expect(store.find(manifest.digest)).toBeUndefined();
    expect(await store.listItems({}, -1, 10)).toEqual([]);
    await store.put(manifest, [bytes]);
    for (const file of copies(manifest.digest)) expect(existsSync(file)).toBe(true);
  });

  it('a damaged file is named and never passes as the manifest', async () => {
    await store.put(manifest, [bytes]);
    appendFileSync(copies(manifest.digest)[0]!, joinLines([makeLine('smuggled')]));
    await store.rebuild();
    expect(store.damaged.get(manifest.digest)).toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(store.find(manifest.digest)).toBeUndefined();
  });
});

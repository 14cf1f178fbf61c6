/** Tables made share by share from disk: the same as in memory, and evaluated once. */
import '@tabellion/screening/node';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256, toHex, utf8 } from '@tabellion/proof';
import {
  buildBuckets,
  deriveOprfKey,
  evaluateKnown,
  type OprfKey,
  prefixOf,
  type TableFacts,
} from '@tabellion/screening';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EntrySpool } from './entry-spool.ts';
import { forgetOutputs } from './known-outputs.ts';
import { SHARES, TABLE_LAYOUT } from './layout.ts';
import { makeTable } from './make-table.ts';
import { type FiledAddress, listEntries, packEntries } from './packed-entries.ts';

/** So that two tables can be held to each other: what is drawn by chance is drawn again. */
const chance = vi.hoisted(() => ({ state: 1 }));
vi.mock('@noble/hashes/utils.js', async (original) => ({
  ...(await original<object>()),
  randomBytes: (length: number) => {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 1) {
      chance.state = (Math.imul(chance.state, 1_664_525) + 1_013_904_223) >>> 0;
      bytes[at] = chance.state >>> 24;
    }
    return bytes;
  },
}));
vi.mock('@tabellion/screening', async (original) => {
  const real = await original<typeof import('@tabellion/screening')>();
  return { ...real, evaluateKnown: vi.fn(real.evaluateKnown) };
});

// Beside whatever else the machine does.
vi.setConfig({ testTimeout: 180_000 });

const FACTS: TableFacts = { kind: 'HASH', height: 7, at: 1000, validUntil: 2000 };
const KEY = deriveOprfKey(new Uint8Array(32).fill(3), { validFrom: 0, validUntil: 9 });
const factsOf = ({ document: { id } }: OprfKey): TableFacts => ({
  ...{ ...FACTS, kind: 'OPRF', keyId: id },
});

const addressOf = (number: number): FiledAddress => ({
  key: Uint8Array.of(1, ...sha256(utf8(`${number}`)).subarray(0, 20 + (number % 12))),
  items: Array.from({ length: 1 + (number % 4) }, (_, at) =>
    utf8(`${at} of ${number}`.padEnd(20 + ((number * 37 + at) % 400))),
  ),
});
const addresses = (count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => addressOf(from + at));

const isInFirst = ({ key }: FiledAddress) => prefixOf(key, { prefixBits: 6 }) === 0;

let directory: string;
let tables = 0;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-make-table-'));
  vi.mocked(evaluateKnown).mockClear();
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** As the thread does it; runs are short, so that there are many. */
async function make(filed: readonly FiledAddress[], prefixBits: number, key?: OprfKey) {
  const spool = new EntrySpool(directory, 4096);
  try {
    for (let from = 0; from < filed.length; from += 7)
      await spool.add(packEntries(filed.slice(from, from + 7)));
    tables += 1;
    const file = join(directory, `table-${tables}`);
    const facts = key ? factsOf(key) : FACTS;
    const order = { facts, prefixBits, file, ...(key && { key }) };
    const outputs = join(directory, 'outputs');
    const document = await makeTable({ spool, outputs }, order);
    return { document, answers: await readFile(file) };
  } finally {
    await spool.close();
  }
}
const evaluated = () =>
  vi.mocked(evaluateKnown).mock.calls.reduce((sum, [keys]) => sum + keys.length, 0);

describe('a table made from disk', () => {
  it.each([
    ['several shares a bucket', addresses(150), 2],
    ['one share a bucket', addresses(150), 6],
    ['several buckets a share', addresses(150), 7],
    ['one bucket that is overfull', addresses(28_000).filter(isInFirst), 0],
    ['nothing in it', [], 3],
  ])('is byte for byte the one made in memory: %s', async (_what, filed, prefixBits) => {
    for (const key of [undefined, KEY]) {
      chance.state = 1;
      const made = await make(filed, prefixBits, key);
      const outputs =
        key &&
        (await evaluateKnown(
          filed.map(({ key: address }) => address),
          key,
        ));
      const entries = filed.map(({ key: addressKey, items }, at) => ({
        ...{ name: outputs?.[at] ?? { addressKey }, items },
      }));
      chance.state = 1;
      const facts = key ? factsOf(key) : FACTS;
      const { document, answers } = buildBuckets(entries, { ...TABLE_LAYOUT, prefixBits }, facts);
      expect(made.document).toEqual(document);
      expect(Buffer.compare(made.answers, answers)).toBe(0);
      const flag = made.answers[document.slots * document.slotBytes];
      expect(flag).toBe(filed.length > TABLE_LAYOUT.maxSlots ? 1 : 0);
    }
  });

  it('leaves nothing on disk beside the table and what was evaluated', async () => {
    await make(addresses(100), 6);
    expect(await readdir(directory)).toEqual([`table-${tables}`]);
  });
});

describe('what a key’s evaluation came to', () => {
  const outputsOf = (key: OprfKey) => join(directory, 'outputs', key.document.id);
  const somePath = async (key: OprfKey) => {
    const names = (await readdir(outputsOf(key))).sort();
    return names.slice(0, 2).map((name) => join(outputsOf(key), name)) as [string, string];
  };

  it('is kept: only new addresses are evaluated, also by a later process', async () => {
    const first = await make(addresses(100), 6, KEY);
    expect(evaluated()).toBe(100);
    chance.state = 1;
    const before = await make(addresses(103), 8, KEY);
    expect(evaluated()).toBe(103);
    chance.state = 1;
    expect(await make(addresses(103), 8, KEY)).toEqual(before);
    expect(evaluated()).toBe(103);
    expect(first.document.root).not.toBe(before.document.root);
    const other = deriveOprfKey(new Uint8Array(32).fill(4), { validFrom: 0, validUntil: 9 });
    await make(addresses(103), 8, other);
    expect(evaluated()).toBe(206);
  });

  it('is worked out again where its file was changed, cut off or exchanged', async () => {
    chance.state = 1;
    const before = await make(addresses(100), 6, KEY);
    const [one, other] = await somePath(KEY);
    const [bytes, others] = [await readFile(one), await readFile(other)];
    const records = (bytes.length - 28) / 64;
    const again = async () => {
      vi.mocked(evaluateKnown).mockClear();
      chance.state = 1;
      expect(await make(addresses(100), 6, KEY)).toEqual(before);
      return evaluated();
    };
    const changed = Uint8Array.from(bytes);
    changed[20]! ^= 1;
    for (const spoilt of [changed, bytes.subarray(0, -1), new Uint8Array(), others]) {
      await writeFile(one, spoilt);
      expect(await again()).toBe(records);
    }
    await truncate(one, 5);
    expect(await again()).toBe(records);
    expect(await again()).toBe(0);
  });

  it('says nothing to whoever has the file without the key, and goes with the key', async () => {
    const filed = addresses(40);
    await make(filed, 0, KEY);
    const names = await readdir(outputsOf(KEY));
    expect(names.length).toBeGreaterThan(1);
    expect(names.length).toBeLessThanOrEqual(SHARES);
    const outputs = await evaluateKnown(
      filed.map(({ key }) => key),
      KEY,
    );
    for (const name of names) {
      const path = join(outputsOf(KEY), name);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      const text = (await readFile(path)).toString('hex');
      for (const { addressKey, output } of outputs) {
        for (const bytes of [addressKey, sha256(addressKey), output])
          expect(text).not.toContain(toHex(bytes));
      }
    }
    await forgetOutputs(join(directory, 'outputs'), new Set([KEY.document.id]));
    expect(await readdir(outputsOf(KEY))).toEqual(names);
    await forgetOutputs(join(directory, 'outputs'), new Set());
    expect(await readdir(join(directory, 'outputs'))).toEqual([]);
  });
});

describe('a spool', () => {
  it('gives each share in the order in which it came, from memory and from disk', async () => {
    const filed = addresses(500);
    const read = async (runBytes: number) => {
      const spool = new EntrySpool(directory, runBytes);
      for (const one of filed) await spool.add(packEntries([one]));
      expect(spool.size).toBe(500);
      const shares = Array.from({ length: SHARES }, (_, share) => spool.readShare(share));
      const entries = (await Promise.all(shares)).flatMap((packed) => [...listEntries(packed)]);
      await spool.close();
      return entries.map(({ key, items }) => ({ key: toHex(key), items: items.map(toHex) }));
    };
    const inMemory = await read(Number.POSITIVE_INFINITY);
    expect(await read(2000)).toEqual(inMemory);
    const byKey = (list: typeof inMemory) =>
      list.toSorted((one, other) => (one.key < other.key ? -1 : 1));
    const all = filed.map(({ key, items }) => ({ key: toHex(key), items: items.map(toHex) }));
    expect(byKey(inMemory)).toEqual(byKey(all));
  });

  it('takes nothing of which not even the first item fits', async () => {
    const spool = new EntrySpool(directory);
    const one = { key: Uint8Array.of(1, 2), items: [new Uint8Array(5000)] };
    await expect(spool.add(packEntries([one]))).rejects.toMatchObject({ code: 'TABLE_INVALID' });
  });
});

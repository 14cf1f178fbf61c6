/** The asking side against an operator in memory: whatever goes wrong, nothing reads as "no label". */
import { concatBytes } from '@tabellion/proof';
import { beforeAll, describe, expect, it } from 'vitest';
import { isRefusal, networkOf, normaliseAddress, writeReserved } from '../address/index.ts';
import { type Announcement, chooseTable, tableIdOf } from './announcement.ts';
import { askPrivately, type PrivateTransport } from './ask.ts';
import { type PrivateLabel, readFinding, writeFinding } from './finding.ts';
import { type BuiltTable, buildBuckets, type TableEntry } from './table/build.ts';
import { prefixOf } from './table/handle.ts';
import { evaluate, evaluateKnown } from './voprf/evaluate.ts';
import { deriveOprfKey } from './voprf/key.ts';

const ETHEREUM = 'eip155:1';
const addressOf = (index: number) => `0x${index.toString(16).padStart(40, '0')}`;
const keyOf = (index: number): Uint8Array => {
  const read = normaliseAddress(addressOf(index), ETHEREUM);
  if (isRefusal(read)) throw new Error(read.code);
  return read.key;
};
const label = (index: number, change: Partial<PrivateLabel> = {}): PrivateLabel => ({
  ...{ batch: 'a'.repeat(64), index, member: 'CnAgencyMSP', network: ETHEREUM, category: 'mixer' },
  ...{
    label: `wallet ${index}`,
    provenance: 'forensic',
    tlp: 'AMBER',
    status: 'ACTIVE',
    score: 50,
  },
  ...change,
});
const entry = (index: number): TableEntry['items'] =>
  writeFinding({ standing: index !== 2, total: 1, labels: [label(index)] });

const NOW = 1000;
const KEYS = [1, 2].map((fill) =>
  deriveOprfKey(new Uint8Array(32).fill(fill), { validFrom: fill, validUntil: 5000 }),
);
const FACTS = { height: 9, at: 500, validUntil: 3000 };
const LAYOUT = { prefixBits: 2, pad: { slots: 4, slotBytes: 512 } };
const LABELLED = [10, 11, 2];

let tables: BuiltTable[];
let announcement: Announcement;

beforeAll(async () => {
  const hash = LABELLED.map((index) => ({
    name: { addressKey: keyOf(index) },
    items: entry(index),
  }));
  tables = [buildBuckets(hash, LAYOUT, { ...FACTS, kind: 'HASH' })];
  for (const key of KEYS) {
    const outputs = await evaluateKnown(LABELLED.map(keyOf), key);
    const entries = outputs.map((name, at) => ({ name, items: entry(LABELLED[at]!) }));
    const facts = { ...FACTS, kind: 'OPRF', keyId: key.document.id } as const;
    tables.push(buildBuckets(entries, LAYOUT, facts));
  }
  announcement = {
    ...{ type: 'tabellion.private-screening', v: 1, member: 'CnAgencyMSP', at: 900 },
    ...{ genesis: 'b'.repeat(64), keys: KEYS.map(({ document }) => document) },
    tables: tables.map(({ document }) => document),
  };
});

const sent: unknown[] = [];
const honest: PrivateTransport = {
  async fetchBuckets(id, buckets) {
    sent.push({ id, buckets });
    const { answer } = tables.find(({ document }) => tableIdOf(document) === id)!;
    return concatBytes(...buckets.map(answer));
  },
  async evaluate(request) {
    sent.push(request);
    return evaluate(request, KEYS.find(({ document }) => document.id === request.keyId)!);
  },
};
const ask = (
  addresses: readonly string[],
  kind: 'HASH' | 'OPRF',
  { transport = honest, now = NOW, of = announcement } = {},
) =>
  askPrivately(
    addresses.map((address, at) => ({ address, network: ETHEREUM, reference: `row ${at}` })),
    { announcement: of, kind, transport, now: () => now },
  );

describe.each(['HASH', 'OPRF'] as const)('asking with a table of the kind %s', (kind) => {
  it('gives each address its verdict, in order, and asks for each bucket once', async () => {
    sent.length = 0;
    const addresses = [addressOf(10), addressOf(99), addressOf(2), 'nonsense', addressOf(10)];
    const { answers, asked, table } = await ask(addresses, kind);
    expect(answers.map(({ verdict, reference }) => [verdict, reference])).toEqual([
      ['LABELLED', 'row 0'],
      ['NO_LABEL', 'row 1'],
      ['NO_LABEL', 'row 2'],
      ['INVALID', 'row 3'],
      ['LABELLED', 'row 4'],
    ]);
    expect(answers[0]!.labels).toEqual([label(10)]);
    expect(answers[2]!.labels).toEqual([label(2)]);
    const buckets = new Set([10, 99, 2].map((index) => prefixOf(keyOf(index), table)));
    expect(asked).toEqual({ buckets: buckets.size, evaluations: kind === 'OPRF' ? 3 : 0 });
    const text = JSON.stringify(sent);
    for (const index of [10, 99, 2]) expect(text).not.toContain(addressOf(index).slice(2));
  });

  it('asks nothing of a reserved address, nor of none', async () => {
    sent.length = 0;
    const reserved = writeReserved(networkOf(ETHEREUM)!, 'LABELLED')!;
    const { answers } = await ask([reserved, 'nonsense'], kind);
    expect(answers).toMatchObject([{ verdict: 'LABELLED', test: true }, { verdict: 'INVALID' }]);
    expect(sent).toEqual([]);
  });

  it('is an error where a bucket is cut, another one or of another table, and STALE once that is old', async () => {
    const spoilt: readonly [string, (bytes: Uint8Array) => Uint8Array][] = [
      ['BUCKET_LENGTH', (bytes) => bytes.subarray(0, -1)],
      ['BUCKET_LENGTH', () => new Uint8Array()],
      ['BUCKET_ALTERED', (bytes) => new Uint8Array(bytes.length)],
    ];
    for (const [code, spoil] of spoilt) {
      const fetchBuckets: PrivateTransport['fetchBuckets'] = async (...at) =>
        spoil(await honest.fetchBuckets(...at));
      const transport = { ...honest, fetchBuckets };
      const { answers } = await ask([addressOf(10), addressOf(99)], kind, { transport });
      expect(answers).toMatchObject([
        { verdict: 'ERROR', code },
        { verdict: 'ERROR', code },
      ]);
    }
    const times = [NOW, 3000, 3000];
    const late = await askPrivately([{ address: addressOf(99) }], {
      ...{ announcement, kind, transport: honest, now: () => times.shift() ?? 3000 },
    });
    expect(late.answers).toMatchObject([{ verdict: 'STALE', code: 'TABLE_STALE' }]);
    await expect(ask([addressOf(99)], kind, { now: 3000 })).rejects.toMatchObject({
      code: 'TABLE_STALE',
    });
  });

  it('fails as a whole where the way to the operator fails', async () => {
    const fail = async () => {
      throw new Error('gone');
    };
    const transport = { ...honest, fetchBuckets: fail };
    await expect(ask([addressOf(99)], kind, { transport })).rejects.toThrow('gone');
  });
});

describe('a key', () => {
  it('is the newest that has a table; one that ends later than its table does not help', () => {
    expect(chooseTable(announcement, 'OPRF', NOW).key).toEqual(KEYS[1]!.document);
    const without = { ...announcement, tables: announcement.tables.slice(0, 2) };
    expect(chooseTable(without, 'OPRF', NOW).key).toEqual(KEYS[0]!.document);
    const none = { ...announcement, tables: announcement.tables.slice(0, 1) };
    expect(() => chooseTable(none, 'OPRF', NOW)).toThrow(
      expect.objectContaining({ code: 'TABLE_STALE' }),
    );
  });

  it('other than the announced one is found out, and so is what is no evaluation', async () => {
    const wrong: PrivateTransport['evaluate'] = async (request) => ({
      ...(await evaluate(request, KEYS[0]!)),
      keyId: request.keyId,
    });
    for (const evaluation of [wrong, async () => ({}), async () => undefined]) {
      const transport = { ...honest, evaluate: evaluation };
      await expect(ask([addressOf(99)], 'OPRF', { transport })).rejects.toMatchObject({
        code: 'EVALUATION_INVALID',
      });
    }
  });
});

describe('what is said of one address', () => {
  const name = { addressKey: keyOf(1) };
  const read = (items: TableEntry['items']) => {
    const { document, answer } = buildBuckets([{ name, items }], LAYOUT, {
      ...FACTS,
      kind: 'HASH',
    });
    return readFinding(document, name, answer(prefixOf(name.addressKey, document)), NOW);
  };

  it('counts what does not fit', () => {
    const labels = Array.from({ length: 16 }, (_, index) => label(index));
    const found = read(writeFinding({ standing: true, total: 5000, labels }));
    expect(found.labels.length).toBeGreaterThan(4);
    expect(found.labels).toEqual(labels.slice(0, found.labels.length));
    expect(found.labels.length + found.omitted).toBe(5000);
  });

  it('is an error where it is not of its form', () => {
    const good = writeFinding({ standing: true, total: 1, labels: [label(1)] });
    for (const items of [
      [good[1]!],
      [...good, good[1]!],
      [new TextEncoder().encode('{"v":1}')],
      [Uint8Array.of(0xff)],
    ]) {
      expect(() => read(items)).toThrow(expect.objectContaining({ code: 'ENTRY_UNREADABLE' }));
    }
  });
});

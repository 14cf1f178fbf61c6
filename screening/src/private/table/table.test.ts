import { fromBase64url, leafHash, sha256, toBase64url, toHex, utf8 } from '@tabellion/proof';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PrivateErrorCode } from '../error.ts';
import { blind, finalise } from '../voprf/client.ts';
import { evaluate, evaluateKnown } from '../voprf/evaluate.ts';
import { deriveOprfKey } from '../voprf/key.ts';
import { answerLength } from './answer.ts';
import { type BuiltTable, buildBuckets, type Layout, type TableEntry } from './build.ts';
import { parseTable, type TableFacts } from './document.ts';
import { MAX_PARTS, writeParts } from './entry.ts';
import { type EntryName, handleOf, prefixOf, slotKey } from './handle.ts';
import { readBucket } from './read.ts';
import { sealSlot } from './slot.ts';

const FACTS: TableFacts = { kind: 'HASH', height: 7, at: 1000, validUntil: 2000 };
const LAYOUT: Layout = { prefixBits: 4, pad: { slots: 8, slotBytes: 96 } };
const withCode = (code: PrivateErrorCode) => expect.objectContaining({ code });

/** Family byte, then 20 bytes. */
const nameOf = (index: number) => ({
  addressKey: Uint8Array.of(1, ...new Uint8Array(17), index >> 16, index >> 8, index),
});
const entryOf = (index: number): TableEntry => ({
  name: nameOf(index),
  items: Array.from({ length: 1 + (index % 3) }, (_, at) => utf8(`label ${at} of ${index}`)),
});
const ADDRESSES = Array.from({ length: 100 }, (_, index) => nameOf(index).addressKey);
const ENTRIES = Array.from({ length: 100 }, (_, index) => entryOf(index));
const NOW = 1500;
const ask = ({ document, answer }: BuiltTable, name: EntryName) =>
  readBucket(document, name, answer(prefixOf(name.addressKey, document)), NOW);

describe('a table of the kind HASH', () => {
  let table: BuiltTable;
  beforeAll(() => {
    table = buildBuckets(ENTRIES, LAYOUT, FACTS);
  });

  it('says everything that was put in, and nothing of another address', () => {
    for (const { name, items } of ENTRIES) expect(ask(table, name)).toEqual({ found: true, items });
    for (let index = 100; index < 200; index += 1) {
      expect(ask(table, nameOf(index))).toEqual({ found: false });
    }
  });

  it('answers in one length, with a hit, without one, and from an empty bucket', () => {
    const sparse = buildBuckets(ENTRIES.slice(0, 1), LAYOUT, FACTS);
    const [hit] = ENTRIES;
    const full = prefixOf(hit!.name.addressKey, sparse.document);
    const lengths = new Set<number>();
    for (let bucket = 0; bucket < 16; bucket += 1) {
      lengths.add(sparse.answer(bucket).length);
      expect(sparse.answer(bucket).some((byte) => byte !== 0)).toBe(true);
    }
    expect(ask(sparse, hit!.name)).toMatchObject({ found: true });
    expect(sparse.answer(full)).toHaveLength(answerLength(sparse.document));
    expect([...lengths]).toEqual([answerLength(sparse.document)]);
    expect(answerLength(sparse.document)).toBe(8 * 96 + 1 + 4 * 32);
  });

  it('has in every bucket the slots of the fullest, and never fewer than asked for', () => {
    const { slots } = table.document;
    const loads = new Map<number, number>();
    for (const { name } of ENTRIES) {
      const bucket = prefixOf(name.addressKey, table.document);
      loads.set(bucket, (loads.get(bucket) ?? 0) + 1);
    }
    expect(slots).toBe(Math.max(8, ...loads.values()));
    const wide = buildBuckets(ENTRIES, { ...LAYOUT, pad: { slots: 64, slotBytes: 96 } }, FACTS);
    expect(wide.document.slots).toBe(64);
  });

  it('puts the slots in the order of their tags, so that fillers cannot be told by their place', () => {
    const { slots, slotBytes } = table.document;
    for (let bucket = 0; bucket < 16; bucket += 1) {
      const answer = table.answer(bucket);
      const tags = Array.from({ length: slots }, (_, at) =>
        toHex(answer.subarray(at * slotBytes, at * slotBytes + 16)),
      );
      expect(tags).toEqual(tags.toSorted());
      expect(new Set(tags).size).toBe(slots);
    }
  });

  it('shares no byte of a slot with another table of the same labels', () => {
    const again = buildBuckets(ENTRIES, LAYOUT, FACTS);
    expect(again.document.salt).not.toBe(table.document.salt);
    const slotsOf = ({ document, answer }: BuiltTable) =>
      Array.from({ length: 16 }, (_, bucket) => answer(bucket)).flatMap((bytes) =>
        Array.from({ length: document.slots }, (_, at) =>
          toHex(bytes.subarray(at * document.slotBytes, (at + 1) * document.slotBytes)),
        ),
      );
    const all = [...slotsOf(table), ...slotsOf(again)];
    expect(new Set(all).size).toBe(all.length);
  });

  it('shows neither address nor label', () => {
    const whole = Buffer.from(table.answers).toString('latin1');
    expect(whole).not.toContain('label');
    for (const name of ADDRESSES) {
      expect(whole).not.toContain(Buffer.from(name).toString('latin1'));
    }
  });

  it('refuses an answer with a bit changed in any byte, hit or not', () => {
    const { document } = table;
    for (const name of [nameOf(1), nameOf(101)]) {
      const right = table.answer(prefixOf(name.addressKey, document));
      for (let at = 0; at < right.length; at += 1) {
        const changed = right.slice();
        changed[at]! ^= 1 << (at & 7);
        expect(() => readBucket(document, name, changed, NOW)).toThrow(withCode('BUCKET_ALTERED'));
      }
    }
  });

  it('refuses another bucket, another table and another length', () => {
    const name = nameOf(1);
    const bucket = prefixOf(name.addressKey, table.document);
    const right = table.answer(bucket);
    const other = table.answer((bucket + 1) % 16);
    expect(() => readBucket(table.document, name, other, NOW)).toThrow(withCode('BUCKET_ALTERED'));
    const again = buildBuckets(ENTRIES, LAYOUT, FACTS);
    const mixed = { ...table.document, root: again.document.root };
    expect(() => readBucket(mixed, name, right, NOW)).toThrow(withCode('BUCKET_ALTERED'));
    for (const wrong of [right.subarray(1), Uint8Array.of(...right, 0), new Uint8Array()]) {
      expect(() => readBucket(table.document, name, wrong, NOW)).toThrow(withCode('BUCKET_LENGTH'));
    }
  });

  it('takes no address twice: two entries would share a key', () => {
    const twice = [entryOf(1), { ...entryOf(1), items: [utf8('another')] }];
    expect(() => buildBuckets(twice, LAYOUT, FACTS)).toThrow(withCode('TABLE_INVALID'));
  });

  it('keeps of one address what fits its slots, the first first, and is made however much there is', () => {
    const item = (at: number) => new Uint8Array(98).fill(at);
    const items = Array.from({ length: 200 }, (_, at) => item(at));
    const room = 64 * MAX_PARTS;
    const kept = Math.floor((room - 4) / 100);
    const crowded = buildBuckets([{ name: nameOf(1), items }], LAYOUT, FACTS);
    expect(crowded.document.slots).toBe(MAX_PARTS);
    expect(ask(crowded, nameOf(1))).toEqual({ found: true, items: items.slice(0, kept) });
    const endless = { name: nameOf(1), items: [item(1), new Uint8Array(room), item(2)] };
    const cut = buildBuckets([endless], LAYOUT, FACTS);
    expect(ask(cut, nameOf(1))).toEqual({ found: true, items: [item(1)] });
    const nothing = () =>
      buildBuckets([{ name: nameOf(1), items: [new Uint8Array(room)] }], LAYOUT, FACTS);
    expect(nothing).toThrow(withCode('TABLE_INVALID'));
  });

  it('shortens the entries of a bucket that is too full, and then says which it does not hold', () => {
    const long = Array.from({ length: 20 }, (_, index) => ({
      name: nameOf(index),
      items: [utf8(`head ${index}`), new Uint8Array(100)],
    }));
    const one = { prefixBits: 0, pad: { slots: 1, slotBytes: 96 } };
    const short = buildBuckets(long, { ...one, maxSlots: 20 }, FACTS);
    expect(short.document.slots).toBe(20);
    for (const [index, { name }] of long.entries()) {
      expect(ask(short, name)).toEqual({ found: true, items: [utf8(`head ${index}`)] });
    }
    expect(ask(short, nameOf(99))).toEqual({ found: false });
    const overfull = buildBuckets(long, { ...one, maxSlots: 19 }, FACTS);
    expect(ask(overfull, nameOf(18))).toMatchObject({ found: true });
    for (const index of [19, 99]) {
      expect(() => ask(overfull, nameOf(index))).toThrow(withCode('BUCKET_OVERFULL'));
    }
  });

  it('refuses an entry that its builder spoilt: it is not "no label"', () => {
    const salt = new Uint8Array(32).fill(9);
    const name = nameOf(1);
    const handle = handleOf(name, FACTS, salt);
    /** One bucket of two slots, sealed as said, under a root that fits. */
    const forge = (contents: readonly Uint8Array[], spoil = (_bytes: Uint8Array) => {}) => {
      const bytes = new Uint8Array(2 * 96 + 1);
      contents.forEach((content, part) => {
        sealSlot(bytes.subarray(part * 96, part * 96 + 96), slotKey(handle, salt, part), content);
      });
      spoil(bytes);
      const layout = { prefixBits: 0, slots: 2, slotBytes: 96 };
      const document = parseTable({
        ...{ type: 'tabellion.private-table', v: 1, ...FACTS, ...layout },
        ...{ salt: toBase64url(salt), root: toHex(leafHash(bytes)) },
      });
      return () => readBucket(document, name, bytes, NOW);
    };
    const two = writeParts([new Uint8Array(80)], 64);
    const [one] = writeParts([utf8('x')], 64);
    expect(two).toHaveLength(2);
    expect(forge(two)()).toEqual({ found: true, items: [new Uint8Array(80)] });
    expect(forge([one!])()).toEqual({ found: true, items: [utf8('x')] });
    const endless = Uint8Array.of(0xff, 0xff, 0xff, 0xff, ...new Uint8Array(60));
    const dirty = one!.with(63, 1);
    const beyond = one!.with(5, 9);
    for (const spoilt of [
      forge(two.slice(0, 1)),
      forge([one!], (bytes) => bytes.fill(1, 50, 51)),
      forge([endless]),
      forge([dirty]),
      forge([beyond]),
      forge([new Uint8Array(64)]),
      forge([Uint8Array.of(0, 0, 0, 4, ...new Uint8Array(60))]),
    ]) {
      expect(spoilt).toThrow(withCode('ENTRY_UNREADABLE'));
    }
  });

  it('asks for the same bucket whatever table it is, and for bits of the same prefix', () => {
    const again = buildBuckets([], LAYOUT, FACTS).document;
    for (const address of ADDRESSES) {
      expect(prefixOf(address, again)).toBe(prefixOf(address, table.document));
      expect(prefixOf(address, { prefixBits: 20 }) >> 16).toBe(prefixOf(address, again));
    }
  });

  it('says nothing once it is past its time', () => {
    const answer = table.answer(prefixOf(nameOf(1).addressKey, table.document));
    expect(readBucket(table.document, nameOf(1), answer, 1999)).toMatchObject({ found: true });
    for (const index of [1, 101]) {
      const late = () => readBucket(table.document, nameOf(index), answer, 2000);
      expect(late).toThrow(withCode('TABLE_STALE'));
    }
  });

  it('holds whatever labels there are, under any layout', () => {
    const label = fc.uint8Array({ maxLength: 300 });
    const items = fc.array(label, { minLength: 1, maxLength: 4 });
    const name = fc.record({ addressKey: fc.uint8Array({ minLength: 21, maxLength: 33 }) });
    const entries = fc.uniqueArray(fc.record({ name, items }), {
      selector: (entry) => toHex(entry.name.addressKey),
      maxLength: 20,
    });
    fc.assert(
      fc.property(
        entries,
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 192, max: 400 }),
        (list, prefixBits, slotBytes) => {
          const built = buildBuckets(list, { prefixBits, pad: { slots: 2, slotBytes } }, FACTS);
          for (const { name, items } of list)
            expect(ask(built, name)).toEqual({ found: true, items });
          expect(ask(built, { addressKey: new Uint8Array(20) })).toEqual({ found: false });
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a table of the kind OPRF', () => {
  const key = deriveOprfKey(new Uint8Array(32).fill(3), { validFrom: 0, validUntil: 9 });
  const facts: TableFacts = { ...FACTS, kind: 'OPRF', keyId: key.document.id };

  it('is opened by the output of the private evaluation, and by nothing else', async () => {
    const outputs = await evaluateKnown(ADDRESSES.slice(0, 12), key);
    const entries = outputs.map((name, index) => ({ name, items: ENTRIES[index]!.items }));
    const table = buildBuckets(entries, LAYOUT, facts);
    const asked = [ADDRESSES[2]!, new Uint8Array(21)];
    const { state, request } = blind(asked, key.document);
    const [hit, miss] = finalise(state, await evaluate(request, key), key.document);
    expect(ask(table, hit!)).toEqual({ found: true, items: ENTRIES[2]!.items });
    expect(ask(table, miss!)).toEqual({ found: false });
    const answer = table.answer(prefixOf(ADDRESSES[2]!, table.document));
    for (const [name, code] of [
      [{ ...hit!, keyId: 'f'.repeat(32) }, 'KEY_UNKNOWN'],
      [{ ...hit!, output: ADDRESSES[2]! }, 'TABLE_INVALID'],
      [nameOf(2), 'TABLE_INVALID'],
    ] as const) {
      expect(() => readBucket(table.document, name, answer, NOW)).toThrow(withCode(code));
    }
  });

  it('gives nothing to a dictionary without the key, where a table of the kind HASH gives what it knows', async () => {
    const outputs = await evaluateKnown(ADDRESSES.slice(0, 12), key);
    const oprf = buildBuckets(
      outputs.map((name, index) => ({ name, items: ENTRIES[index]!.items })),
      LAYOUT,
      facts,
    );
    const hash = buildBuckets(ENTRIES.slice(0, 12), LAYOUT, FACTS);
    /** Every handle that an address gives without a key, tried on every slot. */
    const attack = ({ document, answers }: BuiltTable) => {
      const salt = fromBase64url(document.salt);
      const text = Buffer.from(answers).toString('latin1');
      const candidates = ADDRESSES.flatMap((addressKey) => [
        handleOf({ addressKey }, FACTS, salt),
        sha256(addressKey),
        addressKey,
      ]);
      const tags = candidates.map((handle) => slotKey(handle, salt, 0).tag);
      return tags.filter((tag) => text.includes(Buffer.from(tag).toString('latin1'))).length;
    };
    expect([attack(hash), attack(oprf)]).toEqual([12, 0]);
  });

  it('takes outputs of its key, as the other kind takes addresses', () => {
    const output = { ...nameOf(1), keyId: key.document.id, output: new Uint8Array(32) };
    const file = (name: EntryName, as: TableFacts) => () =>
      buildBuckets([{ name, items: [utf8('x')] }], LAYOUT, as);
    expect(file(output, facts)).not.toThrow();
    expect(file(nameOf(1), facts)).toThrow(withCode('TABLE_INVALID'));
    expect(file({ ...output, keyId: 'f'.repeat(32) }, facts)).toThrow(withCode('KEY_UNKNOWN'));
  });
});

describe('the document of a table', () => {
  const { document } = buildBuckets([], LAYOUT, FACTS);

  it.each<[string, object]>([
    ['of another type', { type: 'tabellion.table' }],
    ['with a short salt', { salt: 'AAAA' }],
    ['with too fine a prefix', { prefixBits: 21 }],
    ['with a slot that holds nothing', { slotBytes: 32 }],
    ['of the kind HASH with a key', { keyId: '0'.repeat(32) }],
    ['of the kind OPRF without one', { kind: 'OPRF' }],
    ['with something added', { note: 1 }],
  ])('%s is refused', (_what, change) => {
    expect(parseTable(JSON.parse(JSON.stringify(document)))).toEqual(document);
    expect(() => parseTable({ ...document, ...change })).toThrow(withCode('TABLE_INVALID'));
  });

  it('names a bucket that its number of bits can name', () => {
    const { answer } = buildBuckets([], LAYOUT, FACTS);
    for (const bucket of [-1, 16, 0.5, Number.NaN]) {
      expect(() => answer(bucket)).toThrow(withCode('TABLE_INVALID'));
    }
    expect(fromBase64url(document.salt)).toHaveLength(32);
  });
});

/** What is written is read back as it was; OFAC's form, which has no place for more, gives the addresses. */
import type { LabelFacts } from '@tabellion/proof';
import { NETWORKS } from '@tabellion/screening';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLabelCsv, writeLabelCsv } from './csv.ts';
import type { Entry } from './entry.ts';
import { readMisp } from './misp-read.ts';
import { writeMisp } from './misp-write.ts';
import { readOfac, writeOfac } from './ofac.ts';
import { type Remark, SIGHTING_KINDS } from './remark.ts';
import { readTagPack } from './tagpack-read.ts';
import { writeTagPack } from './tagpack-write.ts';
import { anyFacts, collect, factsOf, gather, OPTIONS, taxonomy } from './testing.ts';

type Write = (labels: readonly LabelFacts[]) => AsyncIterable<Uint8Array>;
type Read = (chunks: Iterable<Uint8Array>) => AsyncIterable<Entry>;
const MISP = { info: 'Export', uuid: 'c1b2b6a0-1111-8111-8111-111111111111', organisation: 'A' };

function* bare(labels: Iterable<LabelFacts>) {
  for (const facts of labels) yield { facts, remarks: [] };
}

const FORMATS: readonly (readonly [string, Write, Read])[] = [
  ['CSV', writeLabelCsv, (chunks) => readLabelCsv(chunks, OPTIONS)],
  [
    'TagPack',
    (labels) => writeTagPack(labels, { title: 'T: x', creator: '"c"', taxonomy }),
    (chunks) => readTagPack(chunks, OPTIONS),
  ],
  [
    'MISP',
    (labels) => writeMisp(bare(labels), { ...MISP, at: 1_700_000_000_000 }),
    (chunks) => readMisp(chunks, OPTIONS),
  ],
];

describe.each(FORMATS)('%s', (_, write, read) => {
  it('gives every label back in full', async () => {
    const labels = fc.uniqueArray(anyFacts, {
      minLength: 1,
      maxLength: 8,
      selector: JSON.stringify,
    });
    await fc.assert(
      fc.asyncProperty(labels, async (labels) => {
        const entries = await collect(read([await gather(write(labels))]));
        expect(factsOf(entries)).toEqual(labels);
      }),
      { numRuns: 60 },
    );
  });

  it('is the same however the bytes are cut', async () => {
    const labels = fc.sample(anyFacts, { numRuns: 20, seed: 7 });
    const bytes = await gather(write(labels));
    const whole = await collect(read([bytes]));
    const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect(await collect(read(single))).toEqual(whole);
  });

  it('tells a repeated label', async () => {
    const [label] = fc.sample(anyFacts, { numRuns: 1, seed: 3 });
    const entries = await collect(read([await gather(write([label!, label!]))]));
    expect(entries.map((entry) => Object.keys(entry).includes('merged'))).toEqual([false, true]);
    expect((entries[1] as { merged: number }).merged).toBe(entries[0]!.line);
  });

  it('writes as the labels come', async () => {
    const [label] = fc.sample(anyFacts, { numRuns: 1, seed: 3 });
    let asked = 0;
    const labels = (function* () {
      for (; asked < 100_000; asked += 1) yield label!;
    })();
    const pieces = write(labels as unknown as LabelFacts[])[Symbol.asyncIterator]();
    await pieces.next();
    expect(asked).toBeLessThan(2000);
    await pieces.return?.();
  });

  it('can be empty', async () => {
    expect(await collect(read([await gather(write([]))]))).toEqual([]);
  });
});

describe('what was said of a label', () => {
  const seconds = fc.integer({ min: 0, max: 253_402_300_799 }).map((second) => second * 1000);
  const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
  const of = fc.constant('ADDRESS' as const);
  const sighting = fc.record(
    {
      ...{ remark: fc.constant('SIGHTING' as const), of, at: seconds, source: words },
      kind: fc.constantFrom(...SIGHTING_KINDS),
    },
    { requiredKeys: ['remark', 'of', 'at', 'kind'] },
  );
  const opinion = fc.record(
    {
      ...{ remark: fc.constant('OPINION' as const), of, at: seconds },
      ...{ value: fc.integer({ min: 0, max: 100 }), comment: words, author: words },
    },
    { requiredKeys: ['remark', 'of', 'value'] },
  );

  it('comes back from MISP in full, each beside its own label', async () => {
    const said = fc
      .tuple(fc.array(sighting, { maxLength: 4 }), fc.array(opinion, { maxLength: 4 }))
      .map(([sightings, opinions]) => [...sightings, ...opinions] as Remark[]);
    const labels = fc.uniqueArray(fc.record({ facts: anyFacts, remarks: said }), {
      ...{ minLength: 1, maxLength: 5 },
      selector: ({ facts }) => JSON.stringify(facts),
    });
    await fc.assert(
      fc.asyncProperty(labels, async (labels) => {
        const bytes = await gather(writeMisp(labels, { ...MISP, at: 1_700_000_000_000 }));
        const entries = await collect(readMisp([bytes], OPTIONS));
        expect(factsOf(entries)).toEqual(labels.map(({ facts }) => facts));
        expect(entries.map(({ remarks = [] }) => remarks)).toEqual(
          labels.map(({ remarks }) => remarks),
        );
        const ids = JSON.stringify(JSON.parse(bytes.toString())).match(/"uuid":"[^"]+"/g) ?? [];
        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns: 60 },
    );
  });
});

describe('OFAC lists', () => {
  it('give every address of the asset back, and tell what is left out', async () => {
    const labels = fc.sample(anyFacts, { numRuns: 300, seed: 11 });
    for (const asset of ['XBT', 'ETH', 'BCH', 'LTC', 'XMR']) {
      const left: LabelFacts[] = [];
      const bytes = await gather(
        writeOfac(labels, { asset, onLeftOut: (facts) => left.push(facts) }),
      );
      const read = factsOf(await collect(readOfac([bytes], asset, OPTIONS)));
      const { id } = NETWORKS.find(({ assets }) => assets.includes(asset))!;
      const own = labels.filter(({ network }) => network === id);
      expect(own.length).toBeGreaterThan(0);
      expect(read.map(({ address }) => address)).toEqual(own.map(({ address }) => address));
      expect(new Set(read.map(({ network }) => network))).toEqual(new Set([id]));
      expect(left).toHaveLength(labels.length - own.length);
    }
  });
});

describe('a spreadsheet', () => {
  it('runs nothing of an export', async () => {
    const [label] = fc.sample(anyFacts, { numRuns: 1, seed: 3 });
    for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', ' =1', '＝1']) {
      const rows = await gather(writeLabelCsv([{ ...label!, label: text, source: text }]));
      expect(rows.toString()).toContain(`'${text}`);
      const [read] = factsOf(await collect(readLabelCsv([rows], OPTIONS)));
      expect(read).toMatchObject({ label: text, source: text });
    }
  });
});

/** Labels and lists for tests. */
import { fileURLToPath } from 'node:url';
import { type LabelFacts, labelStatement, PROVENANCES, TLP } from '@tabellion/proof';
import { type Family, NETWORKS, writeAddress } from '@tabellion/screening';
import fc from 'fast-check';
import type { Entry, ReadOptions } from './entry.ts';
import { createTaxonomy, readTaxonomyFile } from './taxonomy.ts';

export const TAXONOMY_FILE = fileURLToPath(
  new URL('../../../../node-config/label-taxonomy.yaml', import.meta.url),
);
export const taxonomy = createTaxonomy((await readTaxonomyFile(TAXONOMY_FILE)).categories);
export const OPTIONS: ReadOptions = { taxonomy, tlp: 'GREEN', pap: 'AMBER' };

export const collect = (entries: AsyncIterable<Entry>): Promise<Entry[]> => listAll(entries);

export const gather = async (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> =>
  Buffer.concat(await listAll(pieces));

async function listAll<T>(all: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const each of all) list.push(each);
  return list;
}

export const factsOf = (entries: readonly Entry[]): LabelFacts[] =>
  entries.map((entry) => {
    if ('facts' in entry) return entry.facts;
    throw new Error(JSON.stringify(entry));
  });

export const derivedOf = (entry: Entry | undefined): readonly string[] =>
  entry !== undefined && 'facts' in entry ? entry.derived : [];

/** How many came to what. */
export function tally(entries: readonly Entry[]): Record<string, number> {
  const counts: Record<string, number> = {};
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  for (const entry of entries) {
    if ('refused' in entry) count(entry.refused);
    else if ('merged' in entry) count('merged');
    else {
      count('accepted');
      if (entry.derived.length > 0) count('derived');
      if (entry.burn) count('burn');
    }
  }
  return counts;
}

const LENGTHS: Readonly<Record<Family, number>> = {
  p2pkh: 20,
  p2sh: 20,
  witness: 21,
  evm: 20,
  tron: 20,
  solana: 32,
  xrp: 20,
  monero: 64,
  bnb: 20,
};

const address = fc
  .tuple(
    fc.constantFrom(...NETWORKS),
    fc.constantFrom(...(Object.keys(LENGTHS) as Family[])),
    fc.uint8Array({ minLength: 64, maxLength: 64 }),
  )
  .map(([network, family, bytes]) => {
    const payload = bytes.slice(0, LENGTHS[family]);
    if (family === 'witness') payload[0] = 0;
    return { network: network.id, address: writeAddress(network, family, payload) };
  })
  .filter((found): found is { network: string; address: string } => found.address !== undefined);

const plain = (maxLength: number) =>
  fc
    .oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
      fc.constantFrom(
        '=1+1',
        "'quoted",
        '"',
        'a,b',
        '- x: [y]',
        '#',
        ' a ',
        '\u2028',
        '\ufeffx',
        '@SUM(A1)',
      ),
    )
    .map((text) => text.slice(0, maxLength))
    .filter((text) => labelStatement.shape.label.safeParse(text).success && text.trim() !== '');
const time = fc.integer({ min: 0, max: 253_402_300_799_999 });
const category = fc.constantFrom(...taxonomy.categories.map(({ id }) => id));
const hexText = (length: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
    .map((digits) => digits.join(''));

/** Any label; no concept repeats another or the category. */
export const anyFacts: fc.Arbitrary<LabelFacts> = fc
  .record(
    {
      where: address,
      categories: fc.uniqueArray(category, { minLength: 1, maxLength: 5 }),
      label: plain(160),
      provenance: fc.constantFrom(...PROVENANCES),
      source: fc.oneof(plain(512), fc.constant('看'.repeat(500))),
      actor: plain(80),
      links: fc.array(
        fc.record({ kind: fc.constantFrom('ACQUISITION', 'ITEM', 'ORDER'), id: hexText(32) }),
        { minLength: 1, maxLength: 3 },
      ),
      observedAt: time,
      validFrom: time,
      validUntil: time,
      tlp: fc.constantFrom(...TLP),
      pap: fc.constantFrom('CLEAR', 'GREEN', 'AMBER', 'RED'),
      corrects: hexText(64),
    },
    { requiredKeys: ['where', 'categories', 'label', 'provenance', 'source', 'tlp', 'pap'] },
  )
  .map(({ where, categories: [category, ...concepts], ...rest }) => ({
    ...where,
    ...rest,
    category: category!,
    ...(concepts.length > 0 && { concepts }),
  })) as fc.Arbitrary<LabelFacts>;

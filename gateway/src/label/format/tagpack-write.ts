/** Labels as a TagPack: GraphSense's fields filled, and what they have no place for in `context`. */
import type { LabelFacts } from '@tabellion/proof';
import { networkOf } from '@tabellion/screening';
import { writeCarried } from './carried.ts';
import { writeMoment } from './moment.ts';
import type { Taxonomy } from './taxonomy.ts';

export interface TagPackOptions {
  readonly title: string;
  readonly creator: string;
  readonly taxonomy: Taxonomy;
}

/** In pieces as the labels come. A network without a code of GraphSense's is written by its CAIP-2 id. */
export async function* writeTagPack(
  labels: AsyncIterable<LabelFacts> | Iterable<LabelFacts>,
  { title, creator, taxonomy }: TagPackOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  let text = `title: ${quote(title)}\ncreator: ${quote(creator)}\ntags:`;
  let isEmpty = true;
  for await (const facts of labels) {
    const fields = listFields(facts, taxonomy).map(([name, value]) => `${name}: ${value}`);
    text += `\n- ${fields.join('\n  ')}`;
    isEmpty = false;
    if (text.length < PIECE) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(`${text}${isEmpty ? ' []' : ''}\n`);
}

/** Characters handed on at once. */
const PIECE = 1 << 16;

function listFields(facts: LabelFacts, taxonomy: Taxonomy): [name: string, value: string][] {
  const { concepts, observedAt } = facts;
  const code = networkOf(facts.network)?.assets[0] ?? facts.network;
  const isAbuse = taxonomy.isWithin(facts.category, 'abuse');
  const name = (id: string) => quote(taxonomy.nameForGraphsense(id));
  return [
    ['address', quote(facts.address)],
    ['network', quote(code)],
    ['currency', quote(code)],
    ['label', quote(facts.label)],
    ['source', quote(facts.source)],
    ['confidence', quote(facts.provenance)],
    [isAbuse ? 'abuse' : 'category', name(facts.category)],
    ...optional('concepts', concepts && `[${concepts.map(name).join(', ')}]`),
    ...optional('actor', facts.actor && quote(facts.actor)),
    ...optional(
      'lastmod',
      observedAt === undefined ? undefined : writeMoment(observedAt).slice(0, 10),
    ),
    ['context', quote(writeCarried(facts))],
  ];
}

const optional = (name: string, value: string | undefined): [string, string][] =>
  value === undefined ? [] : [[name, value]];

/** JSON's quotes are YAML's double ones, but for letters that YAML does not let stand. */
const quote = (text: string) =>
  JSON.stringify(text).replace(
    /[\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

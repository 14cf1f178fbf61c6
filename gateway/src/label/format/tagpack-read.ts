/** GraphSense TagPacks, read with the dirt that they have (LBL-1). */
import type { LabelFacts } from '@tabellion/proof';
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import { readCarried } from './carried.ts';
import { type Draft, startDrafting } from './draft.ts';
import { type Entry, LabelFormatError, type ReadOptions } from './entry.ts';
import { readMoment } from './moment.ts';
import { type Bytes, gatherBytes } from './text-lines.ts';

/**
 * A pack is read whole, and takes some hundred times its bytes meanwhile: one from a stranger is better
 * read where running out of memory ends nothing else. The largest known has 2.7 MB.
 */
export const MAX_TAGPACK_BYTES = 4 << 20;

/** Fields of a tag that a label has a place for. */
const CARRIED = new Set([
  'address',
  'currency',
  'network',
  'category',
  'abuse',
  'concepts',
  'label',
  'confidence',
  'source',
  'actor',
  'lastmod',
]);
/** Fields of a pack's header that say something of the pack, not of its tags. */
const HEADER_ONLY = new Set(['title', 'creator', 'description', 'owner', 'is_public', 'tags']);

type Value = string | readonly string[];
type Fields = ReadonlyMap<string, Value>;

/**
 * A field in the header is every tag's that has none of its own.
 * @throws LabelFormatError for a pack that cannot be read as a whole.
 */
export async function* readTagPack(
  chunks: Bytes,
  options: ReadOptions,
): AsyncGenerator<Entry, void, undefined> {
  const lines = new LineCounter();
  const root = parsePack(await readText(chunks), lines);
  const header = readFields(root);
  const tags = isMap(root) ? root.get('tags', true) : undefined;
  if (header === undefined || !isSeq(tags)) throw malformed('no map with a list of tags');
  const inherited = new Map([...header].filter(([name]) => !HEADER_ONLY.has(name)));
  const drafting = startDrafting(options);
  for (const tag of tags.items) {
    const line = lines.linePos(isNode(tag) ? (tag.range?.[0] ?? 0) : 0).line;
    const own = readFields(tag);
    if (own === undefined) {
      yield {
        line,
        refused: 'ENTRY_MALFORMED',
        detail: 'no tag: fields with texts or lists of texts',
      };
    } else {
      yield drafting.take(line, readTag(new Map([...inherited, ...own])));
    }
  }
}

async function readText(chunks: Bytes): Promise<string> {
  const bytes = await gatherBytes(chunks, MAX_TAGPACK_BYTES);
  if (bytes === undefined) {
    throw new LabelFormatError(
      'PACK_TOO_LARGE',
      `a TagPack has ${MAX_TAGPACK_BYTES} bytes at most`,
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw malformed('not UTF-8', cause);
  }
}

/** Every scalar stays text: an address in hexadecimal would become a number otherwise. */
function parsePack(text: string, lineCounter: LineCounter): unknown {
  const document = parseDocument(text, { schema: 'failsafe', lineCounter, uniqueKeys: false });
  const [fault] = document.errors;
  if (fault?.code === 'RESOURCE_EXHAUSTION') throw unsafe('deeper than any pack');
  if (fault !== undefined) throw malformed(fault.message.split('\n')[0] ?? fault.code, fault);
  if (document.warnings.length > 0) throw unsafe('types of its own');
  visit(document, (_, node) => {
    if (isAlias(node)) throw unsafe('an alias');
    if (isNode(node) && 'anchor' in node && node.anchor !== undefined) throw unsafe('an anchor');
  });
  return document.contents;
}

/** Undefined unless it is a map, each name once, of texts and lists of texts (but for `tags`). */
function readFields(node: unknown): Fields | undefined {
  if (!isMap(node)) return undefined;
  const fields = new Map<string, Value>();
  for (const { key, value } of node.items) {
    if (!isScalar(key) || typeof key.value !== 'string' || fields.has(key.value)) return undefined;
    const read = key.value === 'tags' ? '' : readValue(value);
    if (read === undefined) return undefined;
    fields.set(key.value, read);
  }
  return fields;
}

function readValue(node: unknown): Value | undefined {
  if (node === null) return '';
  if (isScalar(node)) return typeof node.value === 'string' ? node.value : undefined;
  if (!isSeq(node)) return undefined;
  const texts = node.items.map((item) => (isScalar(item) ? item.value : undefined));
  return texts.every((text) => typeof text === 'string') ? texts : undefined;
}

function readTag(fields: Fields): Draft {
  const text = (name: string) => {
    const value = fields.get(name);
    return typeof value === 'string' && value.trim() !== '' ? value : undefined;
  };
  const concepts = fields.get('concepts') ?? [];
  const context = readCarried(text('context'));
  const rest: Partial<Record<keyof LabelFacts, unknown>> = {};
  const actor = text('actor');
  if (actor !== undefined) rest.actor = actor;
  const lastmod = text('lastmod');
  if (lastmod !== undefined) rest.observedAt = readMoment(lastmod);
  if (context !== undefined) {
    delete rest.observedAt;
    Object.assign(rest, context);
  }
  const network = text('network') ?? text('currency');
  const left = [...fields.keys()].filter(
    (name) => !CARRIED.has(name) && !(name === 'context' && context !== undefined),
  );
  return {
    address: text('address'),
    network,
    networkField: text('network') === undefined ? 'currency' : 'network',
    // What an address is abused for says more of it than what kind of holder it has.
    categories: [
      text('abuse'),
      text('category'),
      ...(typeof concepts === 'string' ? [] : concepts),
    ].filter((word) => word !== undefined),
    label: text('label'),
    provenance: text('confidence'),
    source: text('source'),
    rest,
    notes: left.length > 0 ? [`left out: ${left.toSorted().join(', ').slice(0, 200)}`] : [],
  };
}

const malformed = (why: string, cause?: unknown) =>
  new LabelFormatError('PACK_MALFORMED', `not a TagPack: ${why}`, { cause });
const unsafe = (what: string) => new LabelFormatError('PACK_UNSAFE', `not read: ${what}`);

/** Coin addresses of MISP events, with what others said of them. */
import { JsonError, parseStrict } from '@tabellion/proof';
import { readCarried } from './carried.ts';
import { type Draft, startDrafting } from './draft.ts';
import { type Entry, LabelFormatError, type ReadOptions } from './entry.ts';
import { readRemarks } from './misp-remarks.ts';
import { type MispAttribute, type MispEvent, type MispObject, mispDocument } from './misp-shape.ts';
import { readTags } from './misp-tags.ts';
import { readMoment } from './moment.ts';
import type { Remark } from './remark.ts';
import { type Bytes, readTextLines, type TextLine } from './text-lines.ts';

/** A document is read whole; of JSON lines, each. */
export const MAX_MISP_BYTES = 16 << 20;
const LIMITS = { maxBytes: MAX_MISP_BYTES, maxDepth: 32 };

/** Types of attributes that hold an address by themselves, and whose. */
const BARE: Readonly<Record<string, string>> = { btc: 'BTC', xmr: 'XMR', dash: 'DASH' };
const ADDRESS_FIELDS = ['address', 'address-xmr', 'address-crypto'];

/**
 * Reads JSON lines, each one event or more, in constant memory; or one document. Entries bear the line, or
 * in one document their place among its addresses.
 * @throws LabelFormatError for a document that is no event.
 */
export async function* readMisp(
  chunks: Bytes,
  options: ReadOptions,
): AsyncGenerator<Entry, void, undefined> {
  const drafting = startDrafting(options);
  const take = (line: number, found: Found): Entry => {
    const { draft, remarks } = found;
    return { ...drafting.take(line, draft), ...(remarks.length > 0 && { remarks }) };
  };
  const takeLine = function* ({ line, text, fault }: TextLine): Generator<Entry> {
    const read = text === undefined ? fault! : readEvents(text, options);
    if (typeof read === 'string') yield { line, refused: 'ENTRY_MALFORMED', detail: read };
    else for (const found of read) yield take(line, found);
  };
  const isWhole = ({ text }: TextLine) =>
    text !== undefined && typeof readEvents(text, options) !== 'string';
  let first: TextLine | undefined;
  let document: string[] | undefined;
  let size = 0;
  for await (const each of readTextLines(chunks, MAX_MISP_BYTES)) {
    if (each.text === '') continue;
    if (first === undefined) {
      first = each;
      continue;
    }
    // Lines that are whole by themselves are JSON lines, even if the first is the bad one.
    if (size === 0) {
      if (isWhole(first) || isWhole(each)) yield* takeLine(first);
      else document = [first.text ?? ''];
    }
    size += each.text?.length ?? 1;
    if (document === undefined) yield* takeLine(each);
    else if (size > MAX_MISP_BYTES) throw tooLarge();
    else document.push(each.text ?? '');
  }
  if (size > 0 && document === undefined) return;
  const read = readEvents(document?.join('\n') ?? first?.text ?? '', options);
  if (typeof read === 'string') throw new LabelFormatError('PACK_MALFORMED', read);
  let place = 0;
  for (const found of read) {
    place += 1;
    yield take(place, found);
  }
}

const tooLarge = () =>
  new LabelFormatError('PACK_TOO_LARGE', `a document has ${MAX_MISP_BYTES} bytes at most`);

interface Found {
  readonly draft: Draft;
  readonly remarks: readonly Remark[];
}

/** The addresses in the events of a text, or why it holds none. */
function readEvents(text: string, options: ReadOptions): Iterable<Found> | string {
  try {
    const parsed = mispDocument.safeParse(parseStrict(Buffer.from(text), LIMITS));
    return parsed.success ? listFound(parsed.data, options) : 'not an event of MISP';
  } catch (error) {
    if (error instanceof JsonError) return `not JSON as it should be: ${error.code}`;
    throw error;
  }
}

function* listFound(events: readonly MispEvent[], options: ReadOptions): Generator<Found> {
  for (const event of events) {
    // Told once, with the first address.
    let ofEvent = readRemarks(event, 'EVENT');
    for (const { remarks, ...found } of listWithin(event, options)) {
      yield { ...found, remarks: [...remarks, ...ofEvent] };
      ofEvent = [];
    }
  }
}

function* listWithin(event: MispEvent, options: ReadOptions): Generator<Found> {
  for (const object of event.Object) {
    if (object.name === 'coin-address' && !object.deleted) yield readObject(event, object, options);
  }
  for (const attribute of event.Attribute) {
    if (BARE[attribute.type] === undefined || attribute.deleted) continue;
    const place = { attribute, fields: new Map(), comment: undefined };
    const remarks = readRemarks(attribute, 'ADDRESS');
    yield { draft: makeDraft(event, place, options), remarks };
  }
}

interface Place {
  readonly attribute: MispAttribute | undefined;
  readonly fields: ReadonlyMap<string, string>;
  readonly comment: string | undefined;
}

function readObject(event: MispEvent, object: MispObject, options: ReadOptions): Found {
  const live = object.Attribute.filter(({ deleted }) => !deleted);
  const fields = new Map(live.map((each) => [each.object_relation ?? '', each.value]));
  const attribute = live.find((each) => ADDRESS_FIELDS.includes(each.object_relation ?? ''));
  const comment = object.comment ?? undefined;
  const remarks = [
    ...live.flatMap((each) => readRemarks(each, each === attribute ? 'ADDRESS' : 'FIELD')),
    ...readRemarks(object, 'OBJECT'),
  ];
  return { draft: makeDraft(event, { attribute, fields, comment }, options), remarks };
}

function makeDraft(event: MispEvent, place: Place, { taxonomy }: ReadOptions): Draft {
  const { attribute, fields, comment } = place;
  const names = [...(attribute?.Tag ?? []), ...event.Tag].map(({ name }) => name);
  const tags = readTags(names);
  const own = (name: string) => tags.own.get(name)?.[0];
  const carried = readCarried(comment);
  const notes: string[] = [];
  const seen = fields.get('last-seen') ?? fields.get('first-seen');
  const { source: longSource, ...rest } = carried ?? {
    ...(seen !== undefined && { observedAt: readMoment(seen) }),
    ...(tags.tlp !== undefined && { tlp: tags.tlp }),
    ...(tags.pap !== undefined && { pap: tags.pap }),
  };
  const stated = own('source') ?? (typeof longSource === 'string' ? longSource : undefined);
  if (stated === undefined && event.uuid !== undefined) notes.push('source: the event');
  const label = fields.get('text') ?? (event.info === '' ? undefined : event.info);
  if (fields.get('text') === undefined && label !== undefined)
    notes.push('label: the event’s title');
  const symbol = fields.get('symbol') ?? BARE[attribute?.type ?? ''];
  const ofWords = tags.words.filter((word) => taxonomy.find(word) !== undefined);
  return {
    address: attribute?.value,
    network: own('network') ?? symbol,
    networkField: 'symbol',
    categories: [
      own('category') ?? [],
      tags.own.get('concept') ?? [],
      carried ? [] : ofWords,
    ].flat(),
    label,
    provenance: own('confidence'),
    source: stated ?? (event.uuid === undefined ? undefined : describeEvent(event)),
    rest,
    notes,
  };
}

const describeEvent = ({ uuid, Orgc }: MispEvent) =>
  `MISP event ${uuid}${Orgc === undefined ? '' : ` of ${Orgc.name}`}`;

/** Labels as CSV: every field has a column, so that what is written is read back in full. */
import type { LabelFacts } from '@tabellion/proof';
import { writeCsv } from '../../exchange/csv/csv.ts';
import { readRow } from './csv-row.ts';
import { startDrafting } from './draft.ts';
import { type Entry, LabelFormatError, type ReadOptions } from './entry.ts';
import { readMarking } from './marking.ts';
import { readMoment, writeMoment } from './moment.ts';
import { type Bytes, readTextLines } from './text-lines.ts';

export const LABEL_COLUMNS = [
  'network',
  'address',
  'category',
  'concepts',
  'label',
  'provenance',
  'source',
  'actor',
  'links',
  'observed_at',
  'valid_from',
  'valid_until',
  'tlp',
  'pap',
  'corrects',
] as const;
type Column = (typeof LABEL_COLUMNS)[number];

const COLUMNS: ReadonlySet<string> = new Set(LABEL_COLUMNS);

/**
 * The first row names the columns, in any order; `address` must be there. Several concepts or links in
 * one cell are separated by `;`.
 * @throws LabelFormatError `PACK_MALFORMED` for a heading that is none; what follows is refused by line.
 */
export async function* readLabelCsv(
  chunks: Bytes,
  options: ReadOptions,
): AsyncGenerator<Entry, void, undefined> {
  const drafting = startDrafting(options);
  let heading: readonly Column[] | undefined;
  for await (const { line, text, fault } of readTextLines(chunks)) {
    if (heading === undefined) {
      heading = readHeading(text);
      continue;
    }
    if (text === '') continue;
    const cells = text === undefined ? undefined : readRow(text);
    if (cells === undefined) {
      yield { line, refused: 'ENTRY_MALFORMED', detail: fault ?? 'quotes that do not add up' };
    } else if (cells.length !== heading.length) {
      const detail = `${cells.length} cells, and ${heading.length} columns`;
      yield { line, refused: 'ENTRY_MALFORMED', detail };
    } else {
      yield drafting.take(line, readCells(heading, cells));
    }
  }
  if (heading === undefined) throw new LabelFormatError('PACK_MALFORMED', 'no heading');
}

function readHeading(text: string | undefined): readonly Column[] {
  const names = text === undefined ? undefined : readRow(text)?.map((name) => name.trim());
  if (names === undefined) throw new LabelFormatError('PACK_MALFORMED', 'the heading is no CSV');
  const unknown = names.find((name) => !COLUMNS.has(name));
  if (unknown !== undefined || new Set(names).size !== names.length || !names.includes('address')) {
    throw new LabelFormatError(
      'PACK_MALFORMED',
      `the heading names each column once, address among them: ${LABEL_COLUMNS.join(', ')}`,
    );
  }
  return names as Column[];
}

function readCells(heading: readonly Column[], cells: readonly string[]) {
  const row = new Map<Column, string>();
  for (const [at, name] of heading.entries()) if (cells[at] !== '') row.set(name, cells[at]!);
  const list = (name: Column) =>
    row
      .get(name)
      ?.split(';')
      .map((part) => part.trim()) ?? [];
  const rest: Record<string, unknown> = {};
  const add = (field: keyof LabelFacts, name: Column, read: (text: string) => unknown) => {
    const text = row.get(name);
    if (text !== undefined) rest[field] = read(text);
  };
  add('actor', 'actor', String);
  add('observedAt', 'observed_at', readMoment);
  add('validFrom', 'valid_from', readMoment);
  add('validUntil', 'valid_until', readMoment);
  add('tlp', 'tlp', readMarking);
  add('pap', 'pap', readMarking);
  add('corrects', 'corrects', String);
  add('links', 'links', () => list('links').map(readLink));
  return {
    address: row.get('address'),
    network: row.get('network'),
    categories: [...list('category'), ...list('concepts')],
    label: row.get('label'),
    provenance: row.get('provenance'),
    source: row.get('source'),
    rest,
    notes: [],
  };
}

function readLink(text: string) {
  const [kind, id] = text.split(':');
  return { kind, id };
}

/** Cells that a spreadsheet would run are neutralised; see `writeCsv`. */
export function writeLabelCsv(
  labels: AsyncIterable<LabelFacts> | Iterable<LabelFacts>,
): AsyncGenerator<Uint8Array, void, undefined> {
  return writeCsv(LABEL_COLUMNS, listRows(labels));
}

async function* listRows(labels: AsyncIterable<LabelFacts> | Iterable<LabelFacts>) {
  for await (const facts of labels) yield LABEL_COLUMNS.map((column) => CELLS[column](facts));
}

const moment = (at: number | undefined) => (at === undefined ? undefined : writeMoment(at));

const CELLS: Readonly<Record<Column, (facts: LabelFacts) => string | undefined>> = {
  network: ({ network }) => network,
  address: ({ address }) => address,
  category: ({ category }) => category,
  concepts: ({ concepts }) => concepts?.join(';'),
  label: ({ label }) => label,
  provenance: ({ provenance }) => provenance,
  source: ({ source }) => source,
  actor: ({ actor }) => actor,
  links: ({ links }) => links?.map(({ kind, id }) => `${kind}:${id}`).join(';'),
  observed_at: ({ observedAt }) => moment(observedAt),
  valid_from: ({ validFrom }) => moment(validFrom),
  valid_until: ({ validUntil }) => moment(validUntil),
  tlp: ({ tlp }) => tlp,
  pap: ({ pap }) => pap,
  corrects: ({ corrects }) => corrects,
};

/** Labels as CSV: every field has a column, so that what is written is read back in full. */
import type { LabelFacts } from '@tabellion/proof';
import { writeCsv } from '../../exchange/csv/csv.ts';
import { listCell, type Row, readLink, readRows } from './csv-rows.ts';
import { startDrafting } from './draft.ts';
import type { Entry, ReadOptions } from './entry.ts';
import { readMarking } from './marking.ts';
import { readMoment, writeMoment } from './moment.ts';
import type { Bytes } from './text-lines.ts';

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
  for await (const read of readRows(chunks, { known: LABEL_COLUMNS, needed: ['address'] })) {
    const { line } = read;
    if ('fault' in read) yield { line, refused: 'ENTRY_MALFORMED', detail: read.fault };
    else yield drafting.take(line, readCells(read.row));
  }
}

function readCells(row: Row<Column>) {
  const list = (name: Column) => listCell(row.get(name));
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

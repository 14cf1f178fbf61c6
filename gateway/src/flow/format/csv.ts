/** Observed transfers as CSV, one a row. */
import { type TransferFacts, transferStatement } from '@tabellion/proof';
import { findNetworks, isTransferRefusal, normaliseTransfer } from '@tabellion/screening';
import { listCell, type Row, readLink, readRows } from '../../label/format/csv-rows.ts';
import { digestFacts, Memory } from '../../label/format/draft.ts';
import type { Entry, RefusedEntry } from '../../label/format/entry.ts';
import { readMarking } from '../../label/format/marking.ts';
import { readMoment } from '../../label/format/moment.ts';
import type { Bytes } from '../../label/format/text-lines.ts';
import { transferId } from '../transfer-line.ts';

export const TRANSFER_COLUMNS = [
  'network',
  'transaction',
  'index',
  'from',
  'to',
  'asset',
  'amount',
  'arrival_network',
  'arrival_asset',
  'arrival_amount',
  'at',
  'block',
  'channel',
  'provenance',
  'source',
  'links',
  'tlp',
  'pap',
] as const;
type Column = (typeof TRANSFER_COLUMNS)[number];

/** Taken where a row says nothing, and told as derived. */
export interface TransferDefaults extends Pick<TransferFacts, 'tlp' | 'pap'> {
  readonly network?: string;
  readonly provenance?: TransferFacts['provenance'];
  readonly source?: string;
  readonly links?: TransferFacts['links'];
}

const facts = transferStatement.omit({ type: true, v: true, salt: true });

/**
 * Several senders or links in one cell are separated by `;`. An amount is a whole number of smallest units.
 * @throws LabelFormatError `PACK_MALFORMED` for a heading that is none; what follows is refused by line.
 */
export async function* readTransferCsv(
  chunks: Bytes,
  defaults: TransferDefaults,
): AsyncGenerator<Entry<TransferFacts>, void, undefined> {
  const seen = new Memory<{ line: number; digest: string }>();
  const needed: Column[] = ['transaction', 'from', 'to', 'amount', 'at'];
  for await (const read of readRows(chunks, { known: TRANSFER_COLUMNS, needed })) {
    const { line } = read;
    if ('fault' in read) {
      yield { line, refused: 'ENTRY_MALFORMED', detail: read.fault };
      continue;
    }
    const made = makeTransfer(read.row, defaults);
    if ('refused' in made) {
      yield { line, ...made };
      continue;
    }
    const digest = digestFacts(made.facts);
    const earlier = seen.meet(transferId(made.facts), { line, digest });
    if (earlier === undefined) yield { line, ...made };
    else if (earlier.digest === digest) yield { line, merged: earlier.line };
    else {
      const detail = `line ${earlier.line} says otherwise of the same transfer`;
      yield { line, refused: 'TRANSFER_CONTRADICTED', detail };
    }
  }
}

type Refusal = Omit<RefusedEntry, 'line'>;

function makeTransfer(
  row: Row<Column>,
  { network: common, ...defaults }: TransferDefaults,
): { facts: TransferFacts; derived: string[] } | Refusal {
  const derived: string[] = [];
  const network = findNetwork(row.get('network') ?? common);
  if (network === undefined)
    return { refused: 'NETWORK_UNKNOWN', detail: 'the network named is not known here' };
  const read = normaliseTransfer({
    network,
    transaction: row.get('transaction') ?? '',
    from: listCell(row.get('from')),
    to: row.get('to') ?? '',
    asset: row.get('asset') ?? 'native',
    amount: row.get('amount') ?? '',
    ...(row.has('arrival_amount') && {
      arrival: {
        network: findNetwork(row.get('arrival_network')) ?? network,
        asset: row.get('arrival_asset') ?? 'native',
        amount: row.get('arrival_amount')!,
      },
    }),
  });
  if (isTransferRefusal(read)) return { refused: read.code, detail: read.detail };
  if (!row.has('asset')) derived.push('asset: native, none being given');
  const said = {
    ...readNumber(row, 'index'),
    at: readMoment(row.get('at') ?? ''),
    ...readNumber(row, 'block'),
    ...readText(row, 'channel', String),
    ...readText(row, 'provenance', String),
    ...readText(row, 'source', String),
    ...readText(row, 'links', (cell) => listCell(cell).map(readLink)),
    ...readText(row, 'tlp', readMarking),
    ...readText(row, 'pap', readMarking),
  };
  for (const name of ['provenance', 'source', 'links'] as const) {
    if (!(name in said) && defaults[name] !== undefined)
      derived.push(`${name}: set for the import`);
  }
  const parsed = facts.safeParse({ index: 0, ...defaults, ...read, ...said });
  if (parsed.success) return { facts: parsed.data as TransferFacts, derived };
  const [issue] = parsed.error.issues;
  return { refused: 'FIELD_INVALID', detail: `${issue?.path.join('.')}: ${issue?.message}` };
}

const findNetwork = (code: string | undefined): string | undefined =>
  code === undefined || /^eip155:[1-9][0-9]{0,31}$/.test(code) ? code : findNetworks(code)[0]?.id;

const readText = (row: Row<Column>, name: Column, read: (cell: string) => unknown): object =>
  row.has(name) ? { [name]: read(row.get(name)!) } : {};

const readNumber = (row: Row<Column>, name: Column): object =>
  readText(row, name, (cell) => (/^(0|[1-9]\d{0,15})$/.test(cell) ? Number(cell) : cell));

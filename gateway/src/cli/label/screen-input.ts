/** Addresses to ask about: words, lines, or rows of CSV. What cannot be asked keeps its place. */
import { findNetworks } from '@tabellion/screening';
import { readRow } from '../../label/format/csv-row.ts';
import { readTextLines } from '../../label/format/text-lines.ts';
import type { Query, ScreenAnswer } from '../../label/screen.ts';
import { query as querySchema } from '../../label/shape.ts';
import type { Context } from '../context.ts';
import { readText } from '../document.ts';
import { CliError } from '../failure.ts';

/** Most addresses of one command. */
export const MAX_SCREENED = 100_000;
const MAX_BYTES = 64 << 20;

/** A question, or the answer where it cannot be put: it is then no finding. */
export type Asked = { readonly query: Query } | { readonly answer: ScreenAnswer };

/** @param network CAIP-2 or a code, for what has none of its own. @throws CliError `USAGE`. */
export function parseNetwork(network: string): string {
  const id = findNetwork(network);
  if (id !== undefined) return id;
  throw new CliError(
    'USAGE',
    `${network} stands for no network, or for several: give its CAIP-2 id`,
  );
}

function findNetwork(text: string): string | undefined {
  const [found, ...others] = findNetworks(text);
  return others.length === 0 ? found?.id : undefined;
}

export const askWords = (words: readonly string[], network: string | undefined): Asked[] =>
  limit(words.map((address) => ask({ address, network })));

/** Lines with something in them. @throws CliError `FILE_UNREADABLE`, `FILE_MALFORMED`, `BAD_INPUT`. */
export async function askLines(
  context: Context,
  source: string,
  network: string | undefined,
): Promise<Asked[]> {
  const asked: Asked[] = [];
  for await (const { text, fault } of readLines(context, source)) {
    if (text === undefined) asked.push(refuse('', fault!));
    else if (text.trim() !== '') asked.push(ask({ address: text.trim(), network }));
  }
  return limit(asked);
}

export interface AddressFlags {
  readonly file?: string;
  readonly csv?: true;
  readonly network?: string;
}

/**
 * The addresses that a command is given: words, or lines or rows of a file.
 * @throws CliError `USAGE`, and as {@link askRows}.
 */
export async function gatherAddresses(
  context: Context,
  words: readonly string[],
  { file, csv, network: named }: AddressFlags,
): Promise<Asked[]> {
  const network = named === undefined ? undefined : parseNetwork(named);
  const source = words.length === 1 && words[0] === '-' ? '-' : file;
  if (source !== file ? file !== undefined : source !== undefined && words.length > 0) {
    throw new CliError('USAGE', 'give addresses or --file');
  }
  if (csv) {
    if (source === undefined) throw new CliError('USAGE', '--csv goes with --file');
    return askRows(context, source, network);
  }
  return source === undefined ? askWords(words, network) : askLines(context, source, network);
}

const COLUMNS = ['address', 'network', 'reference'] as const;

/** @throws CliError as {@link askLines}; `BAD_INPUT` without a column `address`. */
export async function askRows(
  context: Context,
  source: string,
  network: string | undefined,
): Promise<Asked[]> {
  let at: Readonly<Record<(typeof COLUMNS)[number], number>> | undefined;
  let width = 0;
  const asked: Asked[] = [];
  for await (const { text, fault } of readLines(context, source)) {
    const cells = text === undefined ? undefined : readRow(text);
    if (at === undefined) {
      const names = cells?.map((name) => name.trim().toLowerCase()) ?? [];
      if (names.filter((name) => name === 'address').length !== 1) {
        throw new CliError('BAD_INPUT', 'the first row must name one column address');
      }
      const [address, own, reference] = COLUMNS.map((name) => names.indexOf(name));
      at = { address: address!, network: own!, reference: reference! };
      width = names.length;
      continue;
    }
    if (text === '') continue;
    if (cells === undefined) asked.push(refuse('', fault ?? 'quotes that do not add up'));
    else if (cells.length !== width) {
      asked.push(refuse(cells[at.address] ?? '', `${cells.length} cells, and ${width} columns`));
    } else {
      const cell = (index: number) => cells[index]?.trim() || undefined;
      const own = cell(at.network);
      const address = cell(at.address) ?? '';
      const reference = cell(at.reference);
      if (own !== undefined && findNetwork(own) === undefined) {
        asked.push(
          refuse(address, 'the network named is not known, or stands for several', reference),
        );
      } else {
        asked.push(
          ask({ address, reference, network: own === undefined ? network : findNetwork(own) }),
        );
      }
    }
  }
  if (at === undefined) throw new CliError('BAD_INPUT', 'no heading');
  return limit(asked);
}

async function* readLines(context: Context, source: string) {
  yield* readTextLines([Buffer.from(await readText(context, source, MAX_BYTES))]);
}

/** What the gateway would refuse for its form would take all the others of the request with it. */
function ask(query: Query): Asked {
  const { address, network, reference } = query;
  const parsed = querySchema.safeParse({
    address,
    ...(network !== undefined && { network }),
    ...(reference !== undefined && { reference }),
  });
  if (parsed.success) return { query: parsed.data as Query };
  const [issue] = parsed.error.issues;
  return refuse(address, `${issue?.path.join('.')}: ${issue?.message}`, reference);
}

const refuse = (submitted: string, detail: string, reference?: string): Asked => ({
  answer: {
    submitted,
    ...(reference !== undefined && { reference }),
    ...{ verdict: 'INVALID', code: 'ENTRY_MALFORMED', detail },
  },
});

function limit(asked: Asked[]): Asked[] {
  if (asked.length === 0) throw new CliError('USAGE', 'give addresses, or --file');
  if (asked.length <= MAX_SCREENED) return asked;
  throw new CliError('BAD_INPUT', `at most ${MAX_SCREENED} addresses at once`);
}

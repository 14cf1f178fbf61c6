/**
 * The template for requests to preserve data that the parties to the Budapest Convention agreed on (T-CY), as
 * JSON or CSV, and what of it a draft order can take. Who asks and how to reach them goes into what the
 * addressee is given to read and never into the public part; what nothing takes is told.
 */
import { reference } from '@tabellion/chaincode/kernel/schema';
import { issueInput } from '@tabellion/chaincode/order/record';
import { JsonError, parseStrict, utf8 } from '@tabellion/proof';
import { z } from 'zod';
import { readRow } from '../../label/format/csv-row.ts';
import { CliError } from '../failure.ts';

const TEMPLATE_FIELDS = [
  ...['date', 'reference', 'status', 'ticket', 'requestedAuthority', 'requestingAuthority'],
  ...['requestingPerson', 'contacts', 'hours', 'timeZone', 'replyChannel'],
  ...['confirmationContact', 'investigatingAuthority'],
];
const MAX_FIELDS = 64;
const texts = z.record(z.string().min(1).max(80), z.string().max(4096));

/** By their names; what the template does not know keeps the name that it came under. */
export type Letter = ReadonlyMap<string, string>;

/** One name however it is written: case, blanks, hyphens and underscores do not count. */
const fold = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** @throws CliError `BAD_INPUT` for what is neither a JSON object of texts nor a CSV heading with one row. */
export function readLetter(text: string): Letter {
  const given = text.trimStart().startsWith('{') ? readJson(text) : readCsv(text);
  const letter = new Map<string, string>();
  for (const [name, value] of given) {
    if (value.trim() === '') continue;
    const known = TEMPLATE_FIELDS.find((field) => fold(field) === fold(name)) ?? name;
    if (letter.has(known)) throw new CliError('BAD_INPUT', `${known} stands twice in the letter`);
    letter.set(known, value.trim());
  }
  if (letter.size > MAX_FIELDS) throw new CliError('BAD_INPUT', `more than ${MAX_FIELDS} fields`);
  return letter;
}

function readJson(text: string): [string, string][] {
  try {
    return Object.entries(texts.parse(parseStrict(utf8(text))));
  } catch (error) {
    if (!(error instanceof JsonError) && !(error instanceof z.ZodError)) throw error;
    throw new CliError('BAD_INPUT', 'the letter is no JSON object of texts', error);
  }
}

function readCsv(text: string): [string, string][] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line !== '');
  const [names, values] = lines.map(readRow);
  const isWhole = lines.length === 2 && names !== undefined && names.length === values?.length;
  const given = isWhole ? Object.fromEntries(names.map((name, at) => [name, values[at]!])) : {};
  if (isWhole && Object.keys(given).length === names.length && texts.safeParse(given).success)
    return Object.entries(given);
  throw new CliError('BAD_INPUT', 'the letter is no CSV of one heading and one row');
}

export interface DraftOptions {
  /** Which fields of the letter go into which field of the profile's contents, for example `a` → `contacts`. */
  readonly fields: readonly { readonly id: string; readonly name: string }[];
  /** `acquisition/<id>` of the letter where it is on the ledger. */
  readonly letter?: string;
}

export interface LetterDraft {
  /** For `order issue --input`, as far as the letter goes. */
  readonly draft: { readonly case?: string; readonly reason: string };
  /** For `order issue --addressee`. */
  readonly contents: Readonly<Record<string, string>>;
  readonly unmapped: readonly string[];
  /** What an order has to say besides, which no letter says. */
  readonly missing: readonly string[];
  readonly notes: readonly string[];
}

/** @throws CliError `BAD_INPUT` for a field that the letter does not have. */
export function draftFromLetter(
  letter: Letter,
  { fields, letter: place }: DraftOptions,
): LetterDraft {
  const contents: Record<string, string> = {};
  const used = new Set<string>();
  for (const { id, name } of fields) {
    const found = [...letter.keys()].find((key) => fold(key) === fold(name));
    if (found === undefined) throw new CliError('BAD_INPUT', `the letter has no field ${name}`);
    contents[id] = [...(contents[id] === undefined ? [] : [contents[id]]), letter.get(found)].join(
      '\n',
    );
    used.add(found);
  }
  const named = letter.get('reference');
  const isCase = reference.safeParse(named).success;
  if (isCase) used.add('reference');
  const date = letter.get('date');
  const isDated = date !== undefined && /^\d{4}-\d\d-\d\d$/.test(date);
  if (isDated) used.add('date');
  const words = [
    'As a letter asks',
    ...(isDated ? [`of ${date}`] : []),
    ...(place === undefined ? [] : [`recorded as ${place}`]),
  ];
  const draft = { ...(isCase && { case: named as string }), reason: words.join(', ') };
  const status = letter.get('status');
  const isNew = status !== undefined && fold(status) === 'new';
  if (isNew) used.add('status');
  return {
    draft,
    contents,
    unmapped: [...letter.keys()].filter((name) => !used.has(name)),
    missing: listMissing(draft),
    notes:
      status === undefined || isNew
        ? []
        : [`its status is ${status}: what goes on with an order is a step of it, such as extend`],
  };
}

/** Fields without which nothing can be issued, but for those that the command itself puts in. */
function listMissing(draft: object): string[] {
  const result = issueInput.omit({ id: true, contents: true }).safeParse(draft);
  const places = (result.error?.issues ?? []).map(({ path }) => String(path[0]));
  return [...new Set(places)];
}

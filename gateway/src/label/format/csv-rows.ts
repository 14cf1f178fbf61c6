/** The rows of a list as CSV, by the names of their columns; one that cannot be read harms no other. */
import { readRow } from './csv-row.ts';
import { LabelFormatError } from './entry.ts';
import { type Bytes, readTextLines } from './text-lines.ts';

/** Cells by column; empty ones are not there. */
export type Row<C extends string> = ReadonlyMap<C, string>;

export interface Columns<C extends string> {
  readonly known: readonly C[];
  /** Those without which it is no such list. */
  readonly needed: readonly C[];
}

/**
 * The first row names the columns, in any order.
 * @throws LabelFormatError `PACK_MALFORMED` for a heading that is none.
 */
export async function* readRows<C extends string>(
  chunks: Bytes,
  columns: Columns<C>,
): AsyncGenerator<
  { line: number; row: Row<C> } | { line: number; fault: string },
  void,
  undefined
> {
  let heading: readonly C[] | undefined;
  for await (const { line, text, fault } of readTextLines(chunks)) {
    if (heading === undefined) {
      heading = readHeading(text, columns);
      continue;
    }
    if (text === '') continue;
    const cells = text === undefined ? undefined : readRow(text);
    if (cells === undefined) {
      yield { line, fault: fault ?? 'quotes that do not add up' };
    } else if (cells.length !== heading.length) {
      yield { line, fault: `${cells.length} cells, and ${heading.length} columns` };
    } else {
      const row = new Map<C, string>();
      for (let at = 0; at < cells.length; at += 1) {
        if (cells[at] !== '') row.set(heading[at]!, cells[at]!);
      }
      yield { line, row };
    }
  }
  if (heading === undefined) throw new LabelFormatError('PACK_MALFORMED', 'no heading');
}

function readHeading<C extends string>(
  text: string | undefined,
  { known, needed }: Columns<C>,
): readonly C[] {
  const names = text === undefined ? undefined : readRow(text)?.map((name) => name.trim());
  const isKnown = names?.every((name) => (known as readonly string[]).includes(name)) === true;
  const isWhole = needed.every((name) => names?.includes(name));
  if (isKnown && isWhole && new Set(names).size === names?.length) return names as C[];
  throw new LabelFormatError(
    'PACK_MALFORMED',
    `the heading names each column once, ${needed.join(', ')} among them: ${known.join(', ')}`,
  );
}

/** Several values in one cell. */
export const listCell = (cell: string | undefined): string[] =>
  cell?.split(';').map((part) => part.trim()) ?? [];

export function readLink(text: string): { kind: string | undefined; id: string | undefined } {
  const [kind, id] = text.split(':');
  return { kind, id };
}

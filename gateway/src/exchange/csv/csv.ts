/**
 * CSV (RFC 4180) in UTF-8 that a spreadsheet opens without running any of it: a cell that would be read
 * as a formula gets a `'` in front, and so does one that begins with `'`, so that every cell can be had
 * back: whoever takes one leading `'` away has the value.
 */

export type Cell = string | number | undefined;

/** Signs at which spreadsheets begin a formula, full width too, and blanks that they skip before it. */
const FORMULA = /^[\s]*[=+\-@＝＋－＠]|^[\t\r\n']/;
/** Characters handed on at once. */
const PIECE = 1 << 16;

export const writeCell = (cell: Cell): string => {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return `${cell}`;
  const harmless = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
};

export const writeRow = (cells: readonly Cell[]): string => `${cells.map(writeCell).join(',')}\r\n`;

/** As it comes: any number of rows in constant memory. */
export async function* writeCsv(
  heading: readonly string[],
  rows: AsyncIterable<readonly Cell[]> | Iterable<readonly Cell[]>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let text = writeRow(heading);
  for await (const row of rows) {
    text += writeRow(row);
    if (text.length < PIECE) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

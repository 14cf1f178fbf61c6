/** Tables whose rows may be longer than a page; the heading stands on each page anew. */
import type { Cell, Column, Tone } from '../content.ts';
import type { Style } from './fonts.ts';
import type { LaidLine } from './layout.ts';
import { COLORS, lineHeight, type Pen } from './pen.ts';

const SIZE = 8;
const PADDING = 3.5;
const HEIGHT = lineHeight(SIZE);
/** A row is begun on a page only if so many of its lines fit there, or all. */
const FEWEST_LINES = 3;

export interface TableRow {
  readonly cells: readonly Cell[];
  readonly tone: Tone;
}

export interface TableShape {
  readonly caption: string;
  readonly shares: readonly number[];
  readonly heading: readonly Column[] | undefined;
  /** Whether the first cell of each row names it. */
  readonly named: boolean;
  readonly rows: readonly TableRow[];
}

export function drawTable(pen: Pen, { caption, shares, heading, named, rows }: TableShape): void {
  const total = shares.reduce((sum, share) => sum + share, 0);
  const widths = shares.map((share) => (share / total) * pen.area.width);
  const layOutCell = (cell: Cell, column: number, style: Style): LaidLine[] =>
    cell.flatMap((line) =>
      pen.setter.layOut(line, { width: widths[column]! - 2 * PADDING, size: SIZE, style }),
    );

  const head = heading?.map(({ title }, column) => layOutCell([[title]], column, 'bold'));
  const headHeight = head === undefined ? 0 : countLines(head) * HEIGHT + 2 * PADDING;
  const drawHead = () => {
    if (head === undefined) return;
    drawCells(pen, widths, head, () => COLORS.head);
  };

  pen.y += 5;
  pen.keep(HEIGHT * (2 + FEWEST_LINES) + headHeight + 4 * PADDING);
  pen.drawText([caption], { size: 9, style: 'bold' });
  pen.y += 2;
  drawHead();
  for (const { cells, tone } of rows) {
    let left = cells.map((cell, column) =>
      layOutCell(cell, column, named && column === 0 ? 'bold' : 'regular'),
    );
    const background = (column: number) => {
      if (tone === 'warning') return COLORS.warning;
      return named && column === 0 ? COLORS.name : undefined;
    };
    do {
      const needed = countLines(left);
      let fitting = Math.floor((pen.room - 2 * PADDING) / HEIGHT);
      if (fitting < Math.min(needed, FEWEST_LINES)) {
        pen.newPage();
        drawHead();
        fitting = Math.floor((pen.room - 2 * PADDING) / HEIGHT);
      }
      const taken = Math.min(needed, fitting);
      drawCells(
        pen,
        widths,
        left.map((lines) => lines.slice(0, taken)),
        background,
      );
      left = left.map((lines) => lines.slice(taken));
    } while (countLines(left) > 0);
  }
  pen.y += 8;
}

const countLines = (cells: readonly (readonly LaidLine[])[]): number =>
  Math.max(0, ...cells.map((lines) => lines.length));

function drawCells(
  pen: Pen,
  widths: readonly number[],
  cells: readonly (readonly LaidLine[])[],
  background: (column: number) => string | undefined,
): void {
  const height = Math.max(1, countLines(cells)) * HEIGHT + 2 * PADDING;
  let x = pen.area.left;
  widths.forEach((width, column) => {
    const fill = background(column);
    if (fill !== undefined) pen.document.rect(x, pen.y, width, height).fill(fill);
    pen.document.lineWidth(0.5).rect(x, pen.y, width, height).stroke(COLORS.rule);
    cells[column]?.forEach((line, index) => {
      pen.drawLine(line, x + PADDING, pen.y + PADDING + index * HEIGHT, SIZE);
    });
    x += width;
  });
  pen.y += height;
}

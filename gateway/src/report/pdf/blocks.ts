/** Each kind of block on paper. */
import type { Block, Line, Tone } from '../content.ts';
import { code } from '../content.ts';
import { drawCode } from '../qr.ts';
import { COLORS, lineHeight, type Pen } from './pen.ts';
import { drawTable } from './table.ts';

const BODY = 9.5;
const SMALL = 8;
const INDENT = 14;
/** 53 mm: what a telephone reads from paper. */
const CODE_SIDE = 150;

export function drawBlock(pen: Pen, block: Block): void {
  switch (block.kind) {
    case 'paragraph':
      drawParagraph(pen, block.line, block.tone);
      return;
    case 'heading':
      pen.y += 8;
      pen.keep(lineHeight(BODY) * 4);
      pen.drawText([block.text], { size: 10.5, style: 'bold' });
      pen.y += 2;
      return;
    case 'list':
      for (const item of block.items) drawItem(pen, item, block.tone);
      pen.y += 4;
      return;
    case 'fields':
      drawTable(pen, {
        caption: block.caption,
        shares: [3, 8],
        heading: undefined,
        named: true,
        rows: block.rows.map(({ name, value }) => ({ cells: [[[name]], value], tone: 'plain' })),
      });
      return;
    case 'table':
      drawTable(pen, {
        caption: block.caption,
        shares: block.columns.map(({ share }) => share),
        heading: block.columns,
        named: false,
        rows: block.rows,
      });
      return;
    case 'commands':
      drawCommands(pen, block.lines);
      return;
    case 'qr':
      drawQr(pen, block.text, block.caption);
  }
}

/** A band behind what must not be overlooked, with an edge that a copier keeps. */
const bandOf = (pen: Pen, tone: Tone) =>
  tone === 'plain'
    ? undefined
    : (top: number, height: number) => {
        const { left, width } = pen.area;
        pen.document.rect(left, top, width, height).fill(COLORS.warning);
        pen.document.rect(left, top, 3, height).fill(COLORS.warningEdge);
      };

function drawParagraph(pen: Pen, line: Line, tone: Tone): void {
  const behind = bandOf(pen, tone);
  pen.y += 2;
  pen.drawText(line, { size: BODY, indent: tone === 'plain' ? 0 : 10, ...(behind && { behind }) });
  pen.y += 4;
}

function drawItem(pen: Pen, line: Line, tone: Tone): void {
  const band = bandOf(pen, tone);
  let isFirst = true;
  pen.drawText(line, {
    size: BODY,
    indent: tone === 'plain' ? INDENT : INDENT + 10,
    behind: (top, height) => {
      band?.(top, height);
      const x = pen.area.left + (tone === 'plain' ? 5 : 14);
      if (isFirst) pen.document.circle(x, top + height * 0.52, 1.6).fill(COLORS.text);
      isFirst = false;
    },
  });
}

function drawCommands(pen: Pen, lines: readonly string[]): void {
  const { left, width } = pen.area;
  pen.y += 2;
  for (const line of lines) {
    pen.drawText([code(line)], {
      size: SMALL,
      indent: 6,
      behind: (top, height) => {
        pen.document.rect(left, top, width, height).fill(COLORS.name);
      },
    });
  }
  pen.y += 6;
}

function drawQr(pen: Pen, text: string, caption: string): void {
  const { size, squares } = drawCode(text);
  const lines = text.split('\n');
  pen.keep(CODE_SIDE + (lines.length + 3) * lineHeight(SMALL));
  const side = CODE_SIDE / size;
  const { document, area } = pen;
  for (const { x, y, width } of squares) {
    document.rect(area.left + x * side, pen.y + y * side, width * side, side);
  }
  document.fill('#000000');
  pen.y += CODE_SIDE + 2;
  pen.drawText([caption], { size: SMALL });
  for (const line of lines) pen.drawText([code(line)], { size: SMALL });
  pen.y += 4;
}

/** Where on which page the next line goes. Coordinates are points from the upper left corner. */
import type { Line } from '../content.ts';
import type { Style } from './fonts.ts';
import type { LaidLine, TextSetter } from './layout.ts';
import { selectFont } from './select-font.ts';

export const COLORS = {
  text: '#1a1a1a',
  accent: '#1f4e79',
  rule: '#8c8c8c',
  head: '#e8eef4',
  name: '#f3f3f3',
  warning: '#fff4d6',
  warningEdge: '#a05a00',
} as const;
const LEADING = 1.42;
/** Baseline below the top of a line, by size: room for the high marks of Thai and Arabic. */
const BASELINE = 1.06;

export const lineHeight = (size: number): number => size * LEADING;

export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly bottom: number;
}

export interface Pen {
  readonly document: PDFKit.PDFDocument;
  readonly setter: TextSetter;
  readonly area: Area;
  /** Top of the next line. */
  y: number;
  readonly room: number;
  newPage(): void;
  /** Begins a page unless `height` is left on this one. */
  keep(height: number): void;
  drawLine(line: LaidLine, x: number, y: number, size: number, color?: string): void;
  /** Lays out and draws, over as many pages as it takes. */
  drawText(line: Line, options: TextOptions): void;
}

export interface TextOptions {
  readonly size: number;
  readonly style?: Style;
  readonly color?: string;
  readonly indent?: number;
  /** Drawn for each line before its text. */
  readonly behind?: (top: number, height: number) => void;
}

export function createPen(document: PDFKit.PDFDocument, setter: TextSetter, area: Area): Pen {
  return {
    document,
    setter,
    area,
    y: area.top,
    get room() {
      return area.bottom - this.y;
    },
    newPage() {
      document.addPage();
      this.y = area.top;
    },
    keep(height) {
      if (this.room < height && this.y > area.top) this.newPage();
    },
    drawLine({ runs }, x, y, size, color = COLORS.text) {
      document.fillColor(color);
      let left = x;
      for (const { face, text, width } of runs) {
        selectFont(document, face, text);
        document
          .fontSize(size)
          .text(text, left, y + size * BASELINE, { lineBreak: false, baseline: 'alphabetic' });
        left += width;
      }
    },
    drawText(line, { size, style = 'regular', color = COLORS.text, indent = 0, behind }) {
      const height = lineHeight(size);
      const lines = setter.layOut(line, { width: area.width - indent, size, style });
      for (const laid of lines) {
        this.keep(height);
        behind?.(this.y, height);
        this.drawLine(laid, area.left + indent, this.y, size, color);
        this.y += height;
      }
    },
  };
}

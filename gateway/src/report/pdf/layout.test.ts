import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { code, type Line, quoted, strong, time } from '../content.ts';
import type { Face, FontSet } from './fonts.ts';
import { createTextSetter, type LaidLine } from './layout.ts';

/** Fonts of one width for every letter: one for Hebrew, one for the rest of ASCII and Chinese. */
const face = (name: string): Face => ({ name, bytes: Buffer.alloc(0) });
const [latin, hebrew, bold, mono] = [face('latin'), face('hebrew'), face('bold'), face('mono')];
const fonts: FontSet = {
  faces: [latin, hebrew, bold, mono],
  findFace(style, point) {
    if (point >= 0x5d0 && point <= 0x5ea) return hebrew;
    if ((point < 0x20 || point > 0x7e) && !(point >= 0x4e00 && point <= 0x9fff)) return undefined;
    return { regular: latin, bold, mono }[style];
  },
};
const setter = createTextSetter(fonts, (_, text) => Array.from(text).length);
const layOut = (line: Line, width = 1000): LaidLine[] => setter.layOut(line, { width, size: 1 });
/** Left to right; a run of Hebrew as the shaper turns it. */
const seen = (line: LaidLine | undefined): string =>
  (line?.runs ?? [])
    .map(({ text, face: { name } }) => (name === 'hebrew' ? [...text].reverse().join('') : text))
    .join('');
const texts = (line: Line, width: number) => layOut(line, width).map(seen);

describe('breaking lines', () => {
  it('breaks at blanks and drops those at the end', () => {
    expect(texts(['one two three'], 8)).toEqual(['one two', 'three']);
  });

  it('breaks Chinese between characters', () => {
    expect(texts(['证据保管报告'], 4)).toEqual(['证据保管', '报告']);
  });

  it('cuts what fits no line, and loses nothing of it', () => {
    expect(texts([code('0123456789')], 4)).toEqual(['0123', '4567', '89']);
  });

  it('keeps a time on one line', () => {
    const at = time(Date.UTC(2026, 10, 23));
    expect(texts(['at ', at], 21)).toEqual(['at', '2026-11-23T00:00:00Z']);
  });

  it('gives one empty line for nothing', () => {
    expect(texts([''], 10)).toEqual(['']);
  });

  it('loses no letter, whatever the text and width', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 80 }),
        fc.integer({ min: 1, max: 30 }),
        (text, width) => {
          const narrow = layOut([quoted(text)], width).flatMap(({ runs }) => runs);
          const wide = layOut([quoted(text)]).flatMap(({ runs }) => runs);
          const count = (runs: typeof wide) =>
            runs
              .flatMap((run) => [...run.text])
              .filter((letter) => letter !== ' ')
              .sort()
              .join('');
          expect(count(narrow)).toBe(count(wide));
        },
      ),
    );
  });
});

describe('direction', () => {
  it('turns right-to-left text within left-to-right text', () => {
    expect(seen(layOut(['a שלום b'])[0])).toBe('a םולש b');
  });

  it('keeps numbers in right-to-left text left to right, and turns brackets', () => {
    expect(seen(layOut([quoted('אב (12) גד')])[0])).toBe('דג (12) בא');
  });

  it('lets a quoted text turn nothing beside it', () => {
    expect(seen(layOut([quoted('אב'), ' 1, ', quoted('גד')])[0])).toBe('בא 1, דג');
    // Without isolation the number would stand on the other side.
    expect(seen(layOut(['אב 1, גד'])[0])).toBe('דג ,1 בא');
  });

  it('shows what would steer it as an escape', () => {
    expect(seen(layOut([quoted('a\u202eb\u2067c\u2069')])[0])).toBe('a\\u202eb\\u2067c\\u2069');
  });
});

describe('faces', () => {
  it('change with style and script', () => {
    const [line] = layOut(['a', strong('b'), code('c'), quoted('א')]);
    expect(line?.runs.map((run) => run.face.name)).toEqual(['latin', 'bold', 'mono', 'hebrew']);
  });

  it('show by number what no font has', () => {
    expect(seen(layOut([quoted('a😀é')])[0])).toBe('a\\u{1f600}\\u{e9}');
  });
});

/** From the characters of a report to fonts that hold just these, and to what no font holds. */
import { readFile } from 'node:fs/promises';
import { create } from 'fontkit';
import subsetFont from 'subset-font';
import type { Language } from '../../explain/area.ts';
import { ReportError } from '../error.ts';
import { type FontSlice, listSlices } from './font-files.ts';

export const STYLES = ['regular', 'bold', 'mono'] as const;
export type Style = (typeof STYLES)[number];
const WEIGHTS: Readonly<Record<Style, number>> = { regular: 400, bold: 700, mono: 400 };

export interface Face {
  /** Unique in the document. */
  readonly name: string;
  /** TrueType, static, with the glyphs that the report needs. */
  readonly bytes: Buffer;
}

export interface FontSet {
  readonly faces: readonly Face[];
  /** Undefined where no installed font has the character. */
  findFace(style: Style, codePoint: number): Face | undefined;
}

/** Every page number and escape is made of these. */
const PRINTABLE_ASCII = Array.from({ length: 0x7f - 0x20 }, (_, index) => 0x20 + index);

/** @throws ReportError `FONTS_MISSING` where not even plain letters can be printed. */
export async function loadFonts(texts: readonly string[], language: Language): Promise<FontSet> {
  const wanted = new Set(PRINTABLE_ASCII);
  for (const text of texts) for (const character of text) wanted.add(character.codePointAt(0)!);
  const faces: Face[] = [];
  const chosen = new Map<Style, Map<number, Face>>();
  for (const style of STYLES) {
    const found = await loadStyle(style, wanted, language);
    if (PRINTABLE_ASCII.some((codePoint) => !found.has(codePoint))) {
      throw new ReportError('FONTS_MISSING', 'the fonts of the report are not installed');
    }
    chosen.set(style, found);
    faces.push(...new Set(found.values()));
  }
  return { faces, findFace: (style, codePoint) => chosen.get(style)?.get(codePoint) };
}

async function loadStyle(
  style: Style,
  wanted: ReadonlySet<number>,
  language: Language,
): Promise<Map<number, Face>> {
  const found = new Map<number, Face>();
  for (const slice of listSlices(language, style === 'mono')) {
    const claimed = [...wanted].filter((point) => !found.has(point) && slice.claims(point));
    if (claimed.length === 0) continue;
    const { face, holds } = await cutFace(slice, style, claimed);
    // A slice's list of ranges promises more than its font holds.
    for (const point of claimed) if (holds.has(point)) found.set(point, face);
  }
  return found;
}

async function cutFace(slice: FontSlice, style: Style, codePoints: readonly number[]) {
  const bytes = await subsetFont(
    await readFile(slice.file),
    codePoints.map((point) => String.fromCodePoint(point)).join(''),
    {
      targetFormat: 'truetype',
      variationAxes: slice.isVariable ? { wght: WEIGHTS[style] } : {},
      noHinting: true,
    },
  );
  return { face: { name: `${slice.name}-${style}`, bytes }, holds: listCharacters(bytes) };
}

function listCharacters(bytes: Buffer): ReadonlySet<number> {
  try {
    const font = create(bytes);
    return new Set('characterSet' in font ? font.characterSet : []);
  } catch {
    // A cut that holds none of the characters has no table of them, which is an error to the reader.
    return new Set();
  }
}

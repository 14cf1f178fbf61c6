/**
 * The fonts that are installed: Noto, as npm packages cut into slices by range of characters. Those of
 * most scripts are optional; without them their characters that no other font has are shown by number.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Language } from '../../explain/area.ts';

export interface FontSlice {
  /** Unique among all slices. */
  readonly name: string;
  readonly file: string;
  /** Has every weight; of a font that is not variable the regular one stands for all. */
  readonly isVariable: boolean;
  claims(codePoint: number): boolean;
}

const require = createRequire(import.meta.url);
const VARIABLE = '@fontsource-variable';
const STATIC = '@fontsource';
const MONO = 'noto-sans-mono';
const SIMPLIFIED = 'noto-sans-sc';
const OTHERS = [
  'noto-sans',
  'noto-sans-arabic',
  'noto-sans-hebrew',
  'noto-sans-thai',
  SIMPLIFIED,
  'noto-sans-tc',
  'noto-sans-jp',
  'noto-sans-kr',
  'noto-sans-armenian',
  'noto-sans-georgian',
  'noto-sans-bengali',
  'noto-sans-gujarati',
  'noto-sans-gurmukhi',
  'noto-sans-kannada',
  'noto-sans-malayalam',
  'noto-sans-oriya',
  'noto-sans-sinhala',
  'noto-sans-tamil',
  'noto-sans-telugu',
  'noto-sans-khmer',
  'noto-sans-lao',
  'noto-sans-myanmar',
  'noto-serif-tibetan',
  'noto-sans-ethiopic',
  'noto-sans-syriac',
  'noto-sans-thaana',
  'noto-sans-cherokee',
  'noto-sans-canadian-aboriginal',
  'noto-sans-symbols',
  'noto-emoji',
] as const;
const OTHERS_STATIC = [
  'noto-sans-mongolian',
  'noto-sans-yi',
  'noto-sans-nko',
  'noto-sans-tifinagh',
] as const;

/** Chinese text wants its own quotation marks, dashes and dots, which begin here. */
const PUNCTUATION = 0x2000;

/** In the order in which they are asked for a character. */
export function listSlices(language: Language, mono: boolean): FontSlice[] {
  const first = mono ? readSlices(MONO) : [];
  const others = [
    ...OTHERS.flatMap((family) => readSlices(family)),
    ...OTHERS_STATIC.flatMap((family) => readSlices(family, false)),
  ];
  if (language !== 'zh') return [...first, ...others];
  const [latin, chinese] = [readSlices('noto-sans'), readSlices(SIMPLIFIED)];
  const below = latin.map((slice) => ({
    ...slice,
    name: `${slice.name}-letters`,
    claims: (codePoint: number) => codePoint < PUNCTUATION && slice.claims(codePoint),
  }));
  return [...first, ...below, ...chinese, ...others];
}

const known = new Map<string, readonly FontSlice[]>();

/** Empty for a package that is not installed. */
function readSlices(family: string, isVariable = true): readonly FontSlice[] {
  const slices = known.get(family) ?? loadSlices(family, isVariable);
  known.set(family, slices);
  return slices;
}

function loadSlices(family: string, isVariable: boolean): readonly FontSlice[] {
  const folder = `${isVariable ? VARIABLE : STATIC}/${family}`;
  let ranges: Readonly<Record<string, string>>;
  try {
    const path = require.resolve(`${folder}/unicode.json`);
    ranges = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return [];
    throw error;
  }
  return Object.entries(ranges).map(([key, text]) => {
    const name = `${family}-${key.replace(/^\[|\]$/g, '')}`;
    const spans = text.split(',').map(readSpan);
    return {
      name,
      file: require.resolve(`${folder}/files/${name}-${isVariable ? 'wght' : '400'}-normal.woff2`),
      isVariable,
      claims: (codePoint) => spans.some(([from, to]) => codePoint >= from && codePoint <= to),
    };
  });
}

/** `U+4e00` or `U+4e00-4e10`, as style sheets write them. */
function readSpan(text: string): readonly [number, number] {
  const [from = '', to = from] = text.trim().replace(/^U\+/i, '').split('-');
  return [Number.parseInt(from, 16), Number.parseInt(to, 16)];
}

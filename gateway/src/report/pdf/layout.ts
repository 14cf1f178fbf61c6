/**
 * Text of any scripts, styles and directions into lines of a given width: Unicode line breaking (UAX #14),
 * bidirectional order (UAX #9), one face for each character.
 */
import bidiModule, { type Bidi } from 'bidi-js';
import LineBreaker from 'linebreak';
import type { Line } from '../content.ts';
import { makeVisible } from '../visible.ts';
import type { Face, FontSet, Style } from './fonts.ts';

/** A stretch of one face and direction. */
export interface Run {
  readonly text: string;
  readonly face: Face;
  readonly width: number;
}

export interface LaidLine {
  /** In visual order, from left to right. */
  readonly runs: readonly Run[];
}

/** Width of a text in one face, in points at size 1. */
export type Measure = (face: Face, text: string) => number;

export interface TextSetter {
  layOut(line: Line, options: { width: number; size: number; style?: Style }): LaidLine[];
}

/** Node gives the factory itself, whatever the package's types say of its CommonJS form. */
const bidi = (bidiModule as unknown as () => Bidi)();
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });
const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
/** First strong isolate, left-to-right isolate, and their end. */
const [FSI, LRI, PDI] = ['\u2068', '\u2066', '\u2069'];

interface Styled {
  readonly text: string;
  /** For each UTF-16 unit. */
  readonly styles: readonly Style[];
  /** Stretches that stay on one line if a line can hold them. */
  readonly unbroken: readonly (readonly [start: number, end: number])[];
}

export function createTextSetter(fonts: FontSet, measure: Measure): TextSetter {
  const widths = new Map<string, number>();
  const widthOf = (face: Face, text: string): number => {
    const key = `${face.name}\n${text}`;
    let width = widths.get(key);
    if (width === undefined) {
      width = measure(face, text);
      widths.set(key, width);
    }
    return width;
  };

  /** One run for each change of face or level, in logical order. */
  const splitRuns = ({ text, styles }: Styled, levels: Levels, start: number, end: number) => {
    const runs: LevelRun[] = [];
    for (let at = start; at < end; ) {
      const character = String.fromCodePoint(text.codePointAt(at)!);
      const face = fonts.findFace(styles[at]!, character.codePointAt(0)!);
      const level = levels(at);
      const last = runs.at(-1);
      if (last?.face === face && last?.level === level) last.text += character;
      else runs.push({ text: character, face, level });
      at += character.length;
    }
    return runs;
  };
  const setRuns = (runs: readonly LevelRun[]): Run[] =>
    runs.flatMap(({ text, face }) =>
      face === undefined ? [] : [{ text, face, width: widthOf(face, text) }],
    );
  const widthBetween = (styled: Styled, start: number, end: number): number =>
    setRuns(splitRuns(styled, () => 0, start, end)).reduce((sum, { width }) => sum + width, 0);

  return {
    layOut(line, { width, size, style = 'regular' }) {
      const styled = flatten(line, style, fonts);
      const levels = findLevels(styled.text);
      return breakLines(styled, width / size, (start, end) => widthBetween(styled, start, end)).map(
        ([start, end]) => ({
          runs: setRuns(orderRuns(splitRuns(styled, levels, start, end))).map((run) => ({
            ...run,
            width: run.width * size,
          })),
        }),
      );
    },
  };
}

function flatten(line: Line, style: Style, fonts: FontSet): Styled {
  let text = '';
  const styles: Style[] = [];
  const unbroken: [number, number][] = [];
  for (const inline of line) {
    const plain = typeof inline === 'string' ? inline : inline.text;
    const kind = typeof inline === 'string' ? 'text' : inline.kind;
    const own = kind === 'strong' ? 'bold' : kind === 'code' ? 'mono' : style;
    const shown = showUncovered(normalise(plain), own, fonts);
    const part =
      kind === 'quoted' ? `${FSI}${shown}${PDI}` : kind === 'code' ? `${LRI}${shown}${PDI}` : shown;
    if (kind === 'time') unbroken.push([text.length, text.length + part.length]);
    text += part;
    for (let unit = 0; unit < part.length; unit += 1) styles.push(own);
  }
  return { text, styles, unbroken };
}

/** Composed where Unicode can: fonts place such letters better than letter and mark. */
export const normalise = (text: string): string => makeVisible(text).normalize('NFC');

/** Characters that no font has are shown by number, never dropped. */
const showUncovered = (text: string, style: Style, fonts: FontSet): string =>
  Array.from(text, (character) => {
    const point = character.codePointAt(0)!;
    return fonts.findFace(style, point) === undefined ? `\\u{${point.toString(16)}}` : character;
  }).join('');

type Levels = (at: number) => number;

function findLevels(text: string): Levels {
  if (!RIGHT_TO_LEFT.test(text)) return () => 0;
  const { levels } = bidi.getEmbeddingLevels(text, 'ltr');
  return (at) => levels[at] ?? 0;
}

type Widths = (start: number, end: number) => number;

/** Greedy: as many stretches between opportunities as fit; one that fits no line is cut at letters. */
function breakLines(styled: Styled, width: number, widthBetween: Widths): [number, number][] {
  const { text } = styled;
  const lines: [number, number][] = [];
  const trimmed = (from: number, to: number) =>
    from + text.slice(from, to).replace(/ +$/, '').length;
  let start = 0;
  let end = 0;
  let used = 0;
  const endLine = () => {
    lines.push([start, trimmed(start, end)]);
    start = end;
    used = 0;
  };
  /** @param bare its width without the blanks at its end, which may hang over. */
  const append = (to: number, bare: number) => {
    if (used > 0 && used + bare > width) endLine();
    used += widthBetween(end, to);
    end = to;
  };
  for (const to of listOpportunities(styled)) {
    const bare = widthBetween(end, trimmed(end, to));
    if (bare <= width) append(to, bare);
    else {
      for (const { segment } of graphemes.segment(text.slice(end, to))) {
        append(end + segment.length, widthBetween(end, end + segment.length));
      }
    }
  }
  if (end > start || lines.length === 0) endLine();
  return lines;
}

function listOpportunities({ text, unbroken }: Styled): number[] {
  const positions: number[] = [];
  const breaker = new LineBreaker(text);
  for (let next = breaker.nextBreak(); next !== null; next = breaker.nextBreak()) {
    const { position } = next;
    if (!unbroken.some(([start, end]) => position > start && position < end)) {
      positions.push(position);
    }
  }
  return positions.at(-1) === text.length ? positions : [...positions, text.length];
}

interface LevelRun {
  text: string;
  /** Undefined for isolates, which are not drawn but keep apart what stands beside them. */
  readonly face: Face | undefined;
  readonly level: number;
}

/** From logical to visual order (UAX #9, rule L2), and marks without a direction mirrored (L4). */
function orderRuns(runs: readonly LevelRun[]): LevelRun[] {
  const ordered = [...runs];
  const highest = Math.max(0, ...runs.map(({ level }) => level));
  for (let level = highest; level > 0; level -= 1) {
    for (let start = 0; start < ordered.length; start += 1) {
      let end = start;
      while (end < ordered.length && ordered[end]!.level >= level) end += 1;
      if (end > start + 1)
        ordered.splice(start, end - start, ...ordered.slice(start, end).reverse());
      start = Math.max(start, end - 1);
    }
  }
  return ordered.map((run) => (run.level % 2 === 0 ? run : { ...run, text: turn(run.text) }));
}

/** The shaper turns letters of a right-to-left script by itself; what holds none is turned here. */
function turn(text: string): string {
  if (RIGHT_TO_LEFT.test(text)) return text;
  return Array.from(text, (character) => bidi.getMirroredCharacter(character) ?? character)
    .reverse()
    .join('');
}

/** Finds the pages of a code, or the codes that were probably meant. */
import { type Page, readAllPages } from './page.ts';

/** How many codes are proposed for one that does not exist. */
const MAX_NEAREST = 5;

/** The page's name of a code as it was typed or copied, with its colon for example. */
const normalise = (code: string): string =>
  code
    .replace(/[\s:,.;()]+$/, '')
    .toUpperCase()
    .replace(/^HTTP_\d{3}$/, 'HTTP_NNN');

const isCode = (page: Page, code: string) => page.code.toUpperCase() === normalise(code);

/** Every page of that code; one code may stand in several areas. */
export const findPages = (code: string): Page[] =>
  readAllPages().filter((page) => isCode(page, code));

export const hasPage = (code: string): boolean => findPages(code).length > 0;

/** Codes that contain what was typed, then those that differ from it in few letters. */
export function findNearest(typed: string): string[] {
  const wanted = normalise(typed);
  const codes = [...new Set(readAllPages().map(({ code }) => code))];
  const ranked = codes
    .map((code) => ({ code, distance: rank(code.toUpperCase(), wanted) }))
    .filter(({ distance }) => distance <= wanted.length / 3)
    .sort((a, b) => a.distance - b.distance);
  return ranked.slice(0, MAX_NEAREST).map(({ code }) => code);
}

const rank = (code: string, wanted: string): number =>
  wanted.length > 2 && code.includes(wanted) ? 0 : countEdits(code, wanted);

/** Levenshtein distance. */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1];
    for (const [column, other] of [...to].entries()) {
      const replaced = row[column]! + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, row[column + 1]! + 1, next[column]! + 1));
    }
    row = next;
  }
  return row.at(-1)!;
}

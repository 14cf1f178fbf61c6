/** Long lists in one line for people; `--json` has them whole. */

/** More names than this are counted. */
const SHOWN = 4;

/** `a, b, c, d and 56 more`. */
export function abridge(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).join(', ');
  const left = names.length - SHOWN;
  return left > 0 ? `${shown} and ${left} more, ${names.length} in all (--json lists them)` : shown;
}

/** Ascending numbers, `1-115, 117`. */
export function joinRanges(numbers: readonly number[]): string {
  const ranges: [first: number, last: number][] = [];
  for (const number of numbers) {
    const range = ranges.at(-1);
    if (range !== undefined && range[1] === number - 1) range[1] = number;
    else ranges.push([number, number]);
  }
  return ranges
    .flatMap(([first, last]) => {
      if (last - first < 2) return first === last ? [`${first}`] : [`${first}`, `${last}`];
      return [`${first}-${last}`];
    })
    .join(', ');
}

/**
 * One row of CSV (RFC 4180) in one line. No label holds a line break, so a quote that never closes spoils
 * its own line and no other.
 */

/** Undefined where the quotes do not add up. A `'` in front, put there against formulas, is taken off. */
export function readRow(line: string): string[] | undefined {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    const cell = line[at] === '"' ? QUOTED : PLAIN;
    cell.lastIndex = at;
    const found = cell.exec(line);
    if (found === null) return undefined;
    cells.push((found[1]?.replaceAll('""', '"') ?? found[0]).replace(/^'/, ''));
    at = cell.lastIndex;
    if (at === line.length) return cells;
    if (line[at] !== ',') return undefined;
    at += 1;
  }
}

const QUOTED = /"((?:[^"]|"")*)"/y;
const PLAIN = /[^",]*/y;

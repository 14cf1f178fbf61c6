/** Plain columns for people. */

/**
 * Rows under a heading, columns as wide as their longest line; the last column is not padded. Further lines of a
 * cell stand under its column, so that no text of others passes for a line of ours.
 */
export function formatTable(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const lines = [heading, ...rows].flatMap(splitRow);
  const widths = heading.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === line.length - 1 ? cell : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function splitRow(row: readonly string[]): string[][] {
  const cells = row.map((cell) => cell.split('\n'));
  const height = Math.max(...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, at) => cells.map((cell) => cell[at] ?? ''));
}

/** A page of a list, and how to get the next one. */
export const withMore = (table: string, next: string | null): string =>
  next === null ? table : `${table}\n\nmore: --cursor ${next}`;

/** `name  value` lines; entries without a value are left out. */
export function formatFields(
  fields: readonly (readonly [name: string, value: string | number | boolean | null | undefined])[],
): string {
  const present = fields.filter(([, value]) => value !== undefined && value !== null);
  const width = Math.max(0, ...present.map(([name]) => name.length));
  const under = `\n${' '.repeat(width + 2)}`;
  return present
    .map(([name, value]) => `${name.padEnd(width)}  ${`${value}`.replaceAll('\n', under)}`)
    .join('\n');
}

/** `1 batch`, `2 batches`. */
export const formatCount = (count: number, one: string, many: string = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** `2026-11-22T15:09:56.000Z`: UTC, no locale. */
export const formatTime = (milliseconds: number): string => new Date(milliseconds).toISOString();

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** `1.5 GiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** Plain columns for people. */

/** Rows under a heading, columns as wide as their longest cell; the last column is not padded. */
export function formatTable(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = heading.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [heading, ...rows]
    .map((row) =>
      row
        .map((cell, column) =>
          column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
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
  return present.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
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

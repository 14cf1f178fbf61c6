/** Opaque page cursors: the key of the last row shown, so that inserts never shift a page. */
import { fromBase64url, toBase64url, utf8 } from '@tabellion/proof';
import { z } from 'zod';

export const encodeCursor = (key: readonly (string | number)[]): string =>
  toBase64url(utf8(JSON.stringify(key)));

/** A query parameter that decodes to the key that {@link encodeCursor} was given. */
export const cursorOf = <T extends readonly [z.ZodType, ...z.ZodType[]]>(key: T) =>
  z
    .string()
    .max(400)
    .transform((text, context) => {
      try {
        const value: unknown = JSON.parse(Buffer.from(fromBase64url(text)).toString('utf8'));
        const parsed = z.tuple(key as unknown as [T[0], ...z.ZodType[]]).safeParse(value);
        if (parsed.success) return parsed.data as { [I in keyof T]: z.output<T[I]> };
      } catch {
        // Falls through: whatever is wrong with it, it is not one of our cursors.
      }
      context.addIssue('is not a cursor that this gateway gave out');
      return z.NEVER;
    })
    .meta({ override: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,400}$' } });

/** Where a transaction stands on the ledger. */
export const ledgerPosition = cursorOf([z.int().min(0), z.int().min(0)]);
export type LedgerPosition = readonly [block: number, position: number];

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** Cuts the one row too many that tells whether there is a next page. */
export function toPage<R, T>(
  rows: readonly R[],
  limit: number,
  keyOf: (row: R) => readonly (string | number)[],
  show: (row: R) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(show),
    next: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null,
  };
}

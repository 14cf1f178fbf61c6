/** Comparisons that the checks of records share: by canonical form, so that nothing else counts. */
import { canonicalText } from '@tabellion/proof';
import { z } from 'zod';
import type { AuditedTransaction } from './audited-transaction.ts';
import { AuditBreak, assertHolds } from './break.ts';

export const isSame = (a: unknown, b: unknown): boolean =>
  a === undefined || b === undefined ? a === b : canonicalText(a) === canonicalText(b);

/** @throws AuditBreak `STATE_MISMATCH`. */
export function assertSame(
  { place }: AuditedTransaction,
  found: unknown,
  expected: unknown,
  what: string,
): void {
  assertHolds(place, isSame(found, expected), 'STATE_MISMATCH', what);
}

/** @throws AuditBreak `KEY_MISMATCH`. */
export function assertKey({ place }: AuditedTransaction, key: string, expected: string): void {
  assertHolds(place, key === expected, 'KEY_MISMATCH', `${key}, not ${expected}`);
}

/** @throws AuditBreak `INPUT_MISMATCH`. */
export function parseInput<T>({ place, input }: AuditedTransaction, schema: z.ZodType<T>): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new AuditBreak('INPUT_MISMATCH', place, 'the input does not have the form of its function');
}

/**
 * The input, every field of which stands in the record but those that are named; what it could have said
 * and did not stands in no record either.
 * @throws AuditBreak `INPUT_MISMATCH`.
 */
export function checkInput<T extends object>(
  tx: AuditedTransaction,
  schema: z.ZodType<T>,
  record: object,
  unrecorded: readonly string[] = [],
): T {
  const input = parseInput(tx, schema);
  const written = new Map(Object.entries(record));
  for (const [field, value] of Object.entries(input)) {
    if (unrecorded.includes(field)) continue;
    assertHolds(tx.place, isSame(value, written.get(field)), 'INPUT_MISMATCH', field);
  }
  for (const field of schema instanceof z.ZodObject ? Object.keys(schema.shape) : []) {
    const added = written.has(field) && !Object.hasOwn(input, field);
    assertHolds(tx.place, !added, 'INPUT_MISMATCH', `${field} was not asked for`);
  }
  return input;
}

/** Where a contract's input is parsed: strictly, from the exact bytes, once. */
import {
  equalBytes,
  JsonError,
  type JsonLimits,
  parseCanonical,
  parseStrict,
  utf8,
} from '@tabellion/proof';
import type { z } from 'zod';
import { ContractError } from './errors.ts';
import type { Stub } from './shim.ts';

export const INPUT_LIMITS = { maxBytes: 65_536, maxDepth: 12 } as const;
/** Of a founding: with it come all the entries that the members begin with, order profiles among them. */
export const FOUNDING_LIMITS = { maxBytes: 1_048_576, maxDepth: 12 } as const;

/** The stub's typings leave out the one accessor that does not turn invalid UTF-8 into U+FFFD. */
type ByteArguments = Stub & { getBufferArgs(): readonly Uint8Array[] };

/**
 * The only argument of the transaction `expected`. The shim also routes names without a word and names
 * with invalid bytes to a contract; only the exact name is accepted.
 * @throws ContractError `UNKNOWN_TRANSACTION`, `BAD_INPUT`.
 */
export function readArgument(stub: Stub, expected: string): Uint8Array {
  const [name, argument, ...more] = (stub as ByteArguments).getBufferArgs();
  if (name === undefined || !equalBytes(utf8(expected), name)) {
    throw new ContractError('UNKNOWN_TRANSACTION', `call it ${expected}`);
  }
  if (argument === undefined || more.length > 0) {
    throw new ContractError('BAD_INPUT', '$: exactly one argument is taken');
  }
  return argument;
}

/** @throws ContractError `BAD_INPUT: path.to.field: why`. */
export function parseInput<T>(
  schema: z.ZodType<T>,
  bytes: Uint8Array,
  limits: JsonLimits = INPUT_LIMITS,
): T {
  return check(schema, bytes, (given) => parseStrict(given, limits));
}

/** As {@link parseInput}, for bytes whose digest counts: they must be the canonical form. */
export function parseCanonicalInput<T>(schema: z.ZodType<T>, bytes: Uint8Array): T {
  return check(schema, bytes, (given) => parseCanonical(given, INPUT_LIMITS));
}

function check<T>(
  schema: z.ZodType<T>,
  bytes: Uint8Array,
  parse: (bytes: Uint8Array) => unknown,
): T {
  let value: unknown;
  try {
    value = parse(bytes);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new ContractError('BAD_INPUT', `$: ${error.code}: ${error.message}`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.join('.') || '$';
  throw new ContractError('BAD_INPUT', `${path}: ${(issue?.message ?? 'invalid').slice(0, 200)}`);
}

/**
 * Canonical JSON: RFC 8785 (JCS), narrowed to integers of at most 2^53−1 in size, so that every
 * implementation writes the same bytes.
 */
import canonicalize from 'canonicalize';
import { utf8 } from '../bytes/encoding.ts';
import { JsonError } from './error.ts';

/** Deepest nesting of arrays and objects that is read or written unless told otherwise. */
export const DEFAULT_MAX_DEPTH = 32;

/**
 * RFC 8785 text of a value made of plain objects, arrays, strings, booleans, null and safe integers.
 * @throws JsonError `JSON_NUMBER`, `JSON_LONE_SURROGATE`, `JSON_TOO_DEEP`, or `JSON_NOT_CANONICAL` for
 * whatever else JSON cannot hold (undefined, dates, big integers, class instances).
 */
export function canonicalText(value: unknown): string {
  assertRepresentable(value, DEFAULT_MAX_DEPTH);
  return isInOrder(value) ? JSON.stringify(value) : (canonicalize(value) as string);
}

/**
 * Whether every object has its keys by UTF-16 unit: of what {@link assertRepresentable} has passed, the
 * engine then writes the canonical form, in a fraction of the time.
 */
export function isInOrder(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isInOrder);
  const keys = Object.keys(value);
  return keys.every(
    (key, at) =>
      (at === 0 || keys[at - 1]! < key) && isInOrder((value as Record<string, unknown>)[key]),
  );
}

/** UTF-8 bytes of {@link canonicalText}. */
export function canonicalBytes(value: unknown): Uint8Array<ArrayBuffer> {
  return utf8(canonicalText(value));
}

/** @param anyNumber lets fractions pass, which have no canonical form here. */
export function assertRepresentable(value: unknown, depthLeft: number, anyNumber = false): void {
  switch (typeof value) {
    case 'boolean':
      return;
    case 'string':
      assertWellFormed(value);
      return;
    case 'number':
      if (anyNumber || Number.isSafeInteger(value)) return;
      throw new JsonError('JSON_NUMBER', 'not an integer within ±(2^53−1)');
    case 'object':
      if (value === null) return;
      if (depthLeft === 0) throw new JsonError('JSON_TOO_DEEP', 'nested too deeply');
      assertContainer(value, depthLeft - 1, anyNumber);
      return;
    default:
      throw new JsonError('JSON_NOT_CANONICAL', `a ${typeof value} has no JSON form`);
  }
}

function assertContainer(value: object, depthLeft: number, anyNumber: boolean): void {
  if (Array.isArray(value)) {
    for (const element of value) assertRepresentable(element, depthLeft, anyNumber);
    return;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new JsonError('JSON_NOT_CANONICAL', 'not a plain object');
  }
  for (const key of Object.keys(value)) {
    assertWellFormed(key);
    assertRepresentable((value as Record<string, unknown>)[key], depthLeft, anyNumber);
  }
}

function assertWellFormed(text: string): void {
  if (!text.isWellFormed()) throw new JsonError('JSON_LONE_SURROGATE', 'holds a lone surrogate');
}

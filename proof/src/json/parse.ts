/** Reading JSON from people and machines that we do not trust. */
import canonicalize from 'canonicalize';
import { fromUtf8 } from '../bytes/encoding.ts';
import { assertRepresentable, DEFAULT_MAX_DEPTH, isInOrder } from './canonical.ts';
import { JsonError } from './error.ts';
import { scanJson } from './scan.ts';

export interface JsonLimits {
  /** Bytes; 1 MiB unless told otherwise. */
  readonly maxBytes?: number;
  /** Levels of arrays and objects; 32 unless told otherwise. */
  readonly maxDepth?: number;
  /** Fractions and exponents too, rounded as the engine rounds them: for formats of others, never ours. */
  readonly numbers?: 'any';
}

const DEFAULT_MAX_BYTES = 1_048_576;

/**
 * Parses UTF-8 JSON that has one meaning only: no duplicate keys, no lone surrogates, no byte-order
 * mark, and numbers that are plain integers within ±(2^53−1).
 * @throws JsonError any code but `JSON_NOT_CANONICAL`.
 */
export function parseStrict(bytes: Uint8Array, limits: JsonLimits = {}): unknown {
  const { maxDepth = DEFAULT_MAX_DEPTH, numbers } = limits;
  return parseText(decodeText(bytes, limits), maxDepth, numbers === 'any');
}

/** As {@link parseStrict}, and the bytes are exactly the RFC 8785 form. @throws JsonError. */
export function parseCanonical(bytes: Uint8Array, limits: JsonLimits = {}): unknown {
  const text = decodeText(bytes, limits);
  const value = parseText(text, limits.maxDepth ?? DEFAULT_MAX_DEPTH, false);
  // What the engine gives back is canonical or not by its keys; of integers as keys it has an order of its own.
  const isCanonical =
    JSON.stringify(value) === text ? isInOrder(value) : canonicalize(value) === text;
  if (!isCanonical) {
    throw new JsonError('JSON_NOT_CANONICAL', 'not in RFC 8785 form');
  }
  return value;
}

function parseText(text: string, maxDepth: number, anyNumber: boolean): unknown {
  try {
    const value: unknown = JSON.parse(text);
    // What the engine writes has no key twice and each number as it was understood, so a text that it
    // gives back needs no scan. Most texts are such; why another one is refused the scan tells.
    if (JSON.stringify(value) === text) {
      assertRepresentable(value, maxDepth, anyNumber);
      return value;
    }
  } catch {}
  return parseScanned(text, maxDepth, anyNumber);
}

function parseScanned(text: string, maxDepth: number, anyNumber: boolean): unknown {
  const finding = scanJson(text, maxDepth, anyNumber);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new JsonError('JSON_SYNTAX', 'not JSON');
  }
  if (finding) throw finding;
  assertRepresentable(value, maxDepth, anyNumber);
  return value;
}

function decodeText(bytes: Uint8Array, limits: JsonLimits): string {
  if (bytes.length > (limits.maxBytes ?? DEFAULT_MAX_BYTES)) {
    throw new JsonError('JSON_TOO_LARGE', 'too many bytes');
  }
  try {
    return fromUtf8(bytes);
  } catch {
    throw new JsonError('JSON_NOT_UTF8', 'not UTF-8');
  }
}

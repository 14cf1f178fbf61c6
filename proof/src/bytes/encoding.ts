/**
 * Byte strings and the texts that stand for them. Every byte string has exactly one text: lower-case
 * hexadecimal, or base64url without padding and with zero trailing bits (RFC 4648, section 5).
 */
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { BytesError } from './error.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function toHex(bytes: Uint8Array): string {
  return bytesToHex(bytes);
}

/** @throws BytesError `BYTES_NOT_HEX`: odd length, upper case or another character. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) {
    throw new BytesError('BYTES_NOT_HEX', 'not lower-case hexadecimal');
  }
  return new Uint8Array(hexToBytes(text));
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** What twelve bits are written as. */
const PAIRS = Array.from({ length: 4096 }, (_, bits) => LETTERS[bits >> 6]! + LETTERS[bits & 63]!);

/** By tables: what `btoa` would have to be given as text first takes five times as long. */
export function toBase64url(bytes: Uint8Array): string {
  const rest = bytes.length % 3;
  const whole = bytes.length - rest;
  let text = '';
  for (let at = 0; at < whole; at += 3) {
    const bits = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
    text += PAIRS[bits >> 12]! + PAIRS[bits & 4095]!;
  }
  if (rest === 1) return text + PAIRS[bytes[whole]! << 4]!;
  if (rest === 0) return text;
  const bits = (bytes[whole]! << 10) | (bytes[whole + 1]! << 2);
  return text + PAIRS[bits >> 6]! + LETTERS[bits & 63]!;
}

/** @throws BytesError `BYTES_NOT_BASE64URL`: padding, another character or non-zero trailing bits. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  if (/^[A-Za-z0-9_-]*$/.test(text) && text.length % 4 !== 1) {
    const bytes = fromBinary(atob(text.replaceAll('-', '+').replaceAll('_', '/')));
    const rest = bytes.length % 3;
    // Only the last characters can stand for bits that are dropped.
    if (rest === 0 || text.endsWith(toBase64url(bytes.subarray(-rest)))) return bytes;
  }
  throw new BytesError('BYTES_NOT_BASE64URL', 'not canonical base64url');
}

/** Standard base64 with padding, as PEM carries it. @throws BytesError `BYTES_NOT_BASE64URL`. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    throw new BytesError('BYTES_NOT_BASE64URL', 'not base64');
  }
  return fromBinary(atob(text));
}

function fromBinary(binary: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

/** UTF-8 bytes of a text. @throws BytesError `BYTES_NOT_UTF8` on a lone surrogate. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  if (!text.isWellFormed()) throw new BytesError('BYTES_NOT_UTF8', 'lone surrogate');
  return encoder.encode(text);
}

/** The text of UTF-8 bytes, a byte-order mark kept. @throws BytesError `BYTES_NOT_UTF8`. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new BytesError('BYTES_NOT_UTF8', 'not UTF-8');
  }
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareBytes(a, b) === 0;
}

/** Order of byte strings as Fabric orders keys: unsigned, shorter first on a tie. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const difference = a[index]! - b[index]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** What RFC 9497 fixes for the suite P256-SHA256 in the verifiable mode (0x01). */
import { p256_hasher } from '@noble/curves/nist.js';
import { concatBytes, sha256, utf8 } from '@tabellion/proof';
import { ORDER, type Point, readNumber, SCALAR_BYTES } from './group.ts';

export const SUITE = 'P256-SHA256';
export const MODE = 'VOPRF';

/** Section 3.1: "OPRFV1-" ‖ mode ‖ "-" ‖ suite. */
const CONTEXT = concatBytes(utf8('OPRFV1-'), Uint8Array.of(1), utf8(`-${SUITE}`));

export const SEED_TAG = concatBytes(utf8('Seed-'), CONTEXT);
/** 256 bits of the order and half as many more, so that the remainder is uniform. */
const EXPANDED_BYTES = 48;
/** Of SHA-256. */
const BLOCK_BYTES = 64;
const ZERO = Uint8Array.of(0);
const SCALAR_TAG = concatBytes(utf8('HashToScalar-'), CONTEXT);
const GROUP_TAG = concatBytes(utf8('HashToGroup-'), CONTEXT);

/**
 * HashToScalar: RFC 9380, sections 5.2 and 5.3.1, for one element of 48 bytes. noble has the same; here it is
 * called once a point, and goes through the installed SHA-256.
 */
export function hashToScalar(message: Uint8Array): bigint {
  const tag = concatBytes(SCALAR_TAG, Uint8Array.of(SCALAR_TAG.length));
  const length = uint16(EXPANDED_BYTES);
  const seed = sha256(concatBytes(new Uint8Array(BLOCK_BYTES), message, length, ZERO, tag));
  const first = sha256(concatBytes(seed, Uint8Array.of(1), tag));
  const mixed = seed.map((byte, at) => byte ^ first[at]!);
  const second = sha256(concatBytes(mixed, Uint8Array.of(2), tag));
  const low = readNumber(second) >> BigInt(8 * (2 * SCALAR_BYTES - EXPANDED_BYTES));
  return ((readNumber(first) << BigInt(8 * (EXPANDED_BYTES - SCALAR_BYTES))) | low) % ORDER;
}

export function hashToPoint(input: Uint8Array): Point {
  return p256_hasher.hashToCurve(input, { DST: GROUP_TAG }).toAffine();
}

/** Two bytes of length, then the bytes. */
export function framed(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes(uint16(bytes.length), bytes);
}

export function uint16(number: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(number >> 8, number & 0xff);
}

/**
 * The group of RFC 9497's suite P256-SHA256. Portable by default (noble); `@tabellion/screening/node`
 * installs OpenSSL's arithmetic for secret scalars. Both give the same bytes.
 */
import { p256 } from '@noble/curves/nist.js';
import { PrivateError } from '../error.ts';

export const POINT_BYTES = 33;
export const SCALAR_BYTES = 32;

/** A point of P-256 other than the identity. */
export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

export interface GroupProvider {
  /** The point of a compressed encoding whose form is right; undefined unless it is on the curve. */
  decompress(encoded: Uint8Array): Point | undefined;
  /**
   * Multiplication by one secret scalar, 1 to n − 1, of points that are known to be on the curve.
   * @throws PrivateError `ARITHMETIC_FAULT`.
   */
  prepare(scalar: bigint): (points: readonly Point[]) => Promise<readonly Point[]>;
}

const Curve = p256.Point;
export const FIELD = Curve.Fp.ORDER;
export const ORDER = Curve.Fn.ORDER;
/** y² = x³ − 3x + b (SEC 2, section 2.4.2). */
export const COEFFICIENT_B = Curve.CURVE().b;

export const portableGroup: GroupProvider = {
  decompress(encoded) {
    try {
      return Curve.fromBytes(encoded).toAffine();
    } catch {
      return undefined;
    }
  },
  prepare: (scalar) => async (points) =>
    points.map((point) => Curve.fromAffine(point).multiply(scalar).toAffine()),
};

let installed = portableGroup;

/** Replaces the arithmetic for the whole process. */
export function installGroup(provider: GroupProvider): void {
  installed = provider;
}

export function prepareMultiplication(scalar: bigint): ReturnType<GroupProvider['prepare']> {
  return installed.prepare(scalar);
}

/**
 * DeserializeElement of RFC 9497, section 4.3: 33 bytes, SEC 1 compressed, the one encoding of a point.
 * @throws PrivateError `POINT_LENGTH`, `POINT_IDENTITY`, `POINT_ENCODING`, `POINT_NOT_ON_CURVE`.
 */
export function decodePoint(encoded: Uint8Array): Point {
  if (encoded.length > 0 && encoded.every((byte) => byte === 0)) {
    throw new PrivateError('POINT_IDENTITY', 'the identity is no answer and no question');
  }
  if (encoded.length !== POINT_BYTES) {
    throw new PrivateError('POINT_LENGTH', `a point has ${POINT_BYTES} bytes`);
  }
  const compressed = encoded[0] === 2 || encoded[0] === 3;
  if (!compressed || readNumber(encoded.subarray(1)) >= FIELD) {
    throw new PrivateError('POINT_ENCODING', 'not the compressed encoding of a point');
  }
  const point = installed.decompress(encoded);
  if (!point) throw new PrivateError('POINT_NOT_ON_CURVE', 'no point of P-256 has that x');
  return point;
}

/** SEC 1 compressed. */
export function encodePoint({ x, y }: Point): Uint8Array<ArrayBuffer> {
  const encoded = new Uint8Array(POINT_BYTES);
  encoded[0] = (y & 1n) === 0n ? 2 : 3;
  encoded.set(writeNumber(x), 1);
  return encoded;
}

export function isOnCurve({ x, y }: Point): boolean {
  return (y * y - (x * x - 3n) * x - COEFFICIENT_B) % FIELD === 0n;
}

const HALVES = [0, 8, 16, 24] as const;

/** Big-endian, 32 bytes. */
export function readNumber(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, SCALAR_BYTES);
  return HALVES.reduce((number, at) => (number << 64n) | view.getBigUint64(at), 0n);
}

/** Big-endian, 32 bytes. */
export function writeNumber(number: bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(SCALAR_BYTES);
  const view = new DataView(bytes.buffer);
  for (const at of HALVES)
    view.setBigUint64(at, (number >> BigInt(192 - 8 * at)) & 0xffff_ffff_ffff_ffffn);
  return bytes;
}

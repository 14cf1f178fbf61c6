/** ECDSA signatures as Fabric carries them: ASN.1 DER SEQUENCE {INTEGER r, INTEGER s}. */
import { concatBytes } from '../bytes/encoding.ts';
import { verifyP256 } from './provider.ts';

const SCALAR = 32;
/** Half the order of P-256 (SEC 2, 2.4.2), rounded down. */
const HALF_ORDER = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;

/**
 * Verifies a signature of ours: strict DER and s in the lower half, so that nobody can turn a valid
 * signature into a second one (Fabric demands the same).
 */
export function verifyStrict(
  point: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const scalars = readDerSignature(signature);
  return scalars !== null && isLowS(scalars) && verifyP256(point, message, scalars);
}

/** Verifies a CA's signature: strict DER, either half, as certification authorities choose freely. */
export function verifyAuthority(
  point: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const scalars = readDerSignature(signature);
  return scalars !== null && verifyP256(point, message, scalars);
}

/** r ‖ s of 32 bytes each, or null for anything that is not the one DER encoding of two scalars. */
export function readDerSignature(der: Uint8Array): Uint8Array | null {
  // Two integers of at most 33 bytes: every length fits one byte.
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return null;
  const r = readDerScalar(der, 2);
  const s = r && readDerScalar(der, r.end);
  return s && s.end === der.length ? concatBytes(r.scalar, s.scalar) : null;
}

function readDerScalar(der: Uint8Array, at: number): { scalar: Uint8Array; end: number } | null {
  const length = der[at + 1];
  if (der[at] !== 0x02 || length === undefined || length === 0) return null;
  const end = at + 2 + length;
  const digits = der.subarray(at + 2, end);
  if (digits.length !== length || digits[0]! >= 0x80) return null;
  const padded = digits[0] === 0 && length > 1;
  if (padded && digits[1]! < 0x80) return null;
  const significant = padded ? digits.subarray(1) : digits;
  if (significant.length > SCALAR) return null;
  const scalar = new Uint8Array(SCALAR);
  scalar.set(significant, SCALAR - significant.length);
  return { scalar, end };
}

function isLowS(scalars: Uint8Array): boolean {
  let s = 0n;
  for (const byte of scalars.subarray(SCALAR)) s = s * 256n + BigInt(byte);
  return s <= HALF_ORDER;
}

/**
 * ECDSA signatures over P-256 in their one accepted form. Of (r, s) and (r, n − s) Fabric accepts
 * only the one with s ≤ n/2; otherwise anybody could alter a signed envelope without the key.
 */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF_ORDER = ORDER >> 1n;

/** r ‖ s, 64 bytes, with s in the lower half. */
export function toLowS(signature: Uint8Array): Uint8Array {
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`);
  if (s <= HALF_ORDER) return signature;
  const low = (ORDER - s).toString(16).padStart(64, '0');
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(low, 'hex')]);
}

/** DER `SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279, section 2.2.3) of r ‖ s. */
export function encodeSignature(signature: Uint8Array): Uint8Array {
  const body = Buffer.concat([
    encodeInteger(signature.subarray(0, 32)),
    encodeInteger(signature.subarray(32)),
  ]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

/** DER INTEGER of an unsigned big-endian number of at most 126 bytes. */
export function encodeInteger(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Uint8Array.of(0) : bytes.subarray(first);
  const padded = digits[0]! > 0x7f ? Buffer.concat([Uint8Array.of(0), digits]) : digits;
  return Buffer.concat([Uint8Array.of(0x02, padded.length), padded]);
}

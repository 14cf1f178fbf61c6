/** The other signature that ECDSA allows for the same message: s replaced by n − s. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** @param signature DER, low-S, P-256 */
export function raiseS(signature: Uint8Array): Uint8Array {
  const rLength = signature[3]!;
  const r = signature.subarray(2, 4 + rLength);
  const s = BigInt(`0x${Buffer.from(signature.subarray(6 + rLength)).toString('hex')}`);
  const digits = (ORDER - s).toString(16);
  const raised = Buffer.from(digits.length % 2 ? `0${digits}` : digits, 'hex');
  const content = raised[0]! >= 0x80 ? Buffer.concat([Buffer.of(0), raised]) : raised;
  const body = Buffer.concat([r, Buffer.of(0x02, content.length), content]);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}

/** RFC 7468 texts with exactly one block. */
import { fromBase64 } from '../bytes/encoding.ts';
import { MspError } from './error.ts';

/** Characters: room for any certificate here and for lists of some thousand revocations. */
const MAX_LENGTH = { CERTIFICATE: 16_384, 'X509 CRL': 1 << 20 } as const;

/** @throws MspError `CERTIFICATE_MALFORMED` unless the text is one block with that label. */
export function parsePem(pem: string, label: keyof typeof MAX_LENGTH): Uint8Array<ArrayBuffer> {
  // Read line by line: a pattern over the whole text would backtrack on what an attacker sends.
  if (pem.length <= MAX_LENGTH[label]) {
    const lines = pem.trim().split(/\r?\n/);
    const [first, last] = [lines.shift(), lines.pop()];
    if (first === `-----BEGIN ${label}-----` && last === `-----END ${label}-----`) {
      try {
        return fromBase64(lines.join(''));
      } catch {
        // Told below.
      }
    }
  }
  throw new MspError('CERTIFICATE_MALFORMED', `not one PEM block ${label}`);
}

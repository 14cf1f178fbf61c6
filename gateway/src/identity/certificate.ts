/** What the gateway reads from a certificate that a member's authority issued. */
import { createHash, X509Certificate } from 'node:crypto';
import { IdentityError } from './error.ts';

/** More than twice the size of the largest certificate that our authorities issue. */
const MAX_PEM = 8192;

export interface CertificateFacts {
  /** Lower-case hexadecimal. */
  readonly serial: string;
  /** SHA-256 of the DER bytes, hexadecimal: what records name (`act.certificate`). */
  readonly fingerprint: string;
  /** Common name: a random pseudonym. */
  readonly pseudonym: string;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** @throws IdentityError `CERTIFICATE_INVALID` if the text is no certificate in PEM. */
export function describeCertificate(pem: string): CertificateFacts {
  const certificate = parseCertificatePem(pem);
  return {
    serial: certificate.serialNumber.toLowerCase(),
    fingerprint: createHash('sha256').update(certificate.raw).digest('hex'),
    pseudonym: /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? '',
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
  };
}

function parseCertificatePem(pem: string): X509Certificate {
  try {
    if (pem.length <= MAX_PEM) return new X509Certificate(pem);
  } catch (cause) {
    throw new IdentityError('CERTIFICATE_INVALID', 'not a certificate in PEM', { cause });
  }
  throw new IdentityError('CERTIFICATE_INVALID', 'longer than any certificate issued here');
}

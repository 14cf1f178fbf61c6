/**
 * The one door to @peculiar/x509. The library needs `reflect-metadata` to be loaded before it, and it
 * signs with whatever the crypto provider returns: ours returns low-S signatures, because Fabric
 * rewrites certificates that carry others and their digests would no longer agree.
 */
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { toLowS } from './low-s.ts';

export { webcrypto } from 'node:crypto';
export {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  Pkcs10CertificateRequest,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
  X509Crl,
  X509CrlGenerator,
  X509CrlReason,
} from '@peculiar/x509';

type SignArguments = Parameters<typeof webcrypto.subtle.sign>;

/** WebCrypto whose ECDSA signatures over P-256 are low-S. */
export const lowSCrypto = {
  getRandomValues: webcrypto.getRandomValues.bind(webcrypto),
  subtle: {
    digest: webcrypto.subtle.digest.bind(webcrypto.subtle),
    exportKey: webcrypto.subtle.exportKey.bind(webcrypto.subtle),
    sign: async (...request: SignArguments) =>
      Uint8Array.from(toLowS(new Uint8Array(await webcrypto.subtle.sign(...request)))).buffer,
  },
};

/** How every certificate, list and request is signed. */
export const SIGNING = { name: 'ECDSA', hash: 'SHA-256' };

/** PEM with the label of RFC 7468; @peculiar/x509 writes another for revocation lists. */
export function toPem(item: { rawData: ArrayBuffer }, label: PemLabel): string {
  const lines =
    Buffer.from(item.rawData)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

type PemLabel = 'CERTIFICATE' | 'CERTIFICATE REQUEST' | 'X509 CRL';

/** 126 random bits; the first byte is in 40…7f, so that the number is positive and 16 bytes long. */
export function makeSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes.toString('hex');
}

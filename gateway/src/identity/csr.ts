/** Certificate requests (PKCS#10, RFC 2986) from people: of a request only the proven key is used. */
import { createPublicKey } from 'node:crypto';
import { IdentityError } from './error.ts';
import { isP256 } from './key.ts';
import { Pkcs10CertificateRequest, webcrypto } from './x509.ts';

/** A P-256 request has about 400 characters; names and extensions are ignored anyway. */
const MAX_PEM = 8192;
const PEM =
  /^\s*-----BEGIN CERTIFICATE REQUEST-----\r?\n[A-Za-z0-9+/=\r\n]+-----END CERTIFICATE REQUEST-----\s*$/;

/**
 * The public key (DER SubjectPublicKeyInfo, named curve, uncompressed point) whose possession the
 * request proves.
 * @throws IdentityError `CSR_INVALID`: not PKCS#10, not P-256, or not signed by its key.
 */
export async function provenKey(csrPem: string): Promise<Uint8Array> {
  const csr = parseCsr(csrPem);
  const key = parseP256(new Uint8Array(csr.publicKey.rawData));
  const verified = await csr.verify(webcrypto).catch(() => false);
  if (!verified) {
    throw new IdentityError('CSR_INVALID', 'the request is not signed by its key');
  }
  return key;
}

function parseCsr(csrPem: string): Pkcs10CertificateRequest {
  if (csrPem.length > MAX_PEM || !PEM.test(csrPem)) {
    throw new IdentityError('CSR_INVALID', 'not one certificate request in PEM');
  }
  try {
    return new Pkcs10CertificateRequest(csrPem);
  } catch (cause) {
    throw new IdentityError('CSR_INVALID', 'not a PKCS#10 request', { cause });
  }
}

function parseP256(spki: Uint8Array): Uint8Array {
  let canonical: Uint8Array | undefined;
  try {
    const key = createPublicKey({ key: Buffer.from(spki), type: 'spki', format: 'der' });
    if (isP256(key)) canonical = key.export({ type: 'spki', format: 'der' });
  } catch {
    // Another algorithm, or a point that is not on the curve: refused below.
  }
  if (canonical === undefined || !Buffer.from(canonical).equals(spki)) {
    throw new IdentityError('CSR_INVALID', 'the key must be on P-256, uncompressed');
  }
  return canonical;
}

/** P-256 keys: made, kept (PKCS#8 PEM, mode 0600) and used where their owner is. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  X509Certificate,
} from 'node:crypto';
import type { Signer } from '../ledger/act.ts';
import { encodeCreator } from '../ledger/creator.ts';
import { IdentityError } from './error.ts';
import { encodeSignature, toLowS } from './low-s.ts';
import { readPrivate, writeDurably } from './private-file.ts';
import { Pkcs10CertificateRequestGenerator, SIGNING, toPem, webcrypto } from './x509.ts';

/** PEM text of a new PKCS#8 private key. */
export function generatePrivateKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return exportPem(privateKey);
}

export async function writePrivateKey(path: string, keyPem: string): Promise<void> {
  await writeDurably(path, exportPem(parsePrivateKey(keyPem)));
}

/** @throws IdentityError `KEY_EXPOSED`, `KEY_INVALID`. */
export async function readPrivateKey(path: string): Promise<string> {
  return exportPem(parsePrivateKey(await readPrivate(path)));
}

/** @throws IdentityError `KEY_INVALID` unless the PEM holds an unencrypted P-256 private key. */
export function parsePrivateKey(keyPem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(keyPem);
  } catch (cause) {
    throw new IdentityError('KEY_INVALID', 'not an unencrypted private key in PEM', { cause });
  }
  if (!isP256(key)) throw new IdentityError('KEY_INVALID', 'not a key on the curve P-256');
  return key;
}

export function isP256(key: KeyObject): boolean {
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
}

/**
 * What a person signs acts with. Signatures are DER and low-S, as Fabric demands.
 * @throws IdentityError `KEY_INVALID`, or `KEY_MISMATCH` if the certificate is another key's.
 */
export function signerFromPem(mspId: string, certificatePem: string, keyPem: string): Signer {
  const key = parsePrivateKey(keyPem);
  assertKeyOf(certificatePem, key);
  return {
    mspId,
    certificate: certificatePem,
    creator: encodeCreator(mspId, certificatePem),
    sign: async (bytes) => signLowS(key, bytes),
  };
}

/** ECDSA P-256 with SHA-256 over `bytes`: DER, low-S. */
function signLowS(key: KeyObject, bytes: Uint8Array): Uint8Array {
  return encodeSignature(toLowS(sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' })));
}

function assertKeyOf(certificatePem: string, key: KeyObject): void {
  let matches: boolean;
  try {
    matches = new X509Certificate(certificatePem).publicKey.equals(createPublicKey(key));
  } catch (cause) {
    throw new IdentityError('KEY_MISMATCH', 'the certificate cannot be read', { cause });
  }
  if (!matches) throw new IdentityError('KEY_MISMATCH', 'certificate and key are not a pair');
}

/**
 * PKCS#10 request (RFC 2986) that proves possession of the key. It carries no name: the authority
 * gives the pseudonym.
 */
export async function createCsr(keyPem: string): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const key = parsePrivateKey(keyPem);
  const [privateKey, publicKey] = await Promise.all([
    webcrypto.subtle.importKey(
      'pkcs8',
      key.export({ type: 'pkcs8', format: 'der' }),
      algorithm,
      false,
      ['sign'],
    ),
    webcrypto.subtle.importKey(
      'spki',
      createPublicKey(key).export({ type: 'spki', format: 'der' }),
      algorithm,
      true,
      ['verify'],
    ),
  ]);
  const csr = await Pkcs10CertificateRequestGenerator.create({
    keys: { privateKey, publicKey },
    signingAlgorithm: SIGNING,
  });
  return toPem(csr, 'CERTIFICATE REQUEST');
}

function exportPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

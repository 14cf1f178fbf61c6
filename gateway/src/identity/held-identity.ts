/** An identity whose key this machine holds: a directory (0700) with `key.pem` and `certificate.pem`. */
import { createPublicKey, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import type { KeyPair } from '../ledger/embedded/network.ts';
import type { IssueOptions, MemberCa } from './ca.ts';
import { describeCertificate } from './certificate.ts';
import {
  createCsr,
  generatePrivateKey,
  parsePrivateKey,
  readPrivateKey,
  writePrivateKey,
} from './key.ts';
import { makePrivateDirectory, readPrivate, unlessAbsent, writeDurably } from './private-file.ts';

const DAY = 86_400_000;
/** A certificate is renewed at the first start in this last part of its life. */
const RENEW_WITHIN = 60 * DAY;

/**
 * Opens the identity of a directory, making or renewing what is missing. A renewed certificate keeps
 * key and pseudonym; a revoked one is replaced by a new key with a new pseudonym.
 * @throws IdentityError `KEY_EXPOSED`, `KEY_INVALID`, `CERTIFICATE_INVALID`.
 */
export async function openHeldIdentity(
  directory: string,
  ca: MemberCa,
  options: IssueOptions,
  now: () => number,
): Promise<KeyPair> {
  await makePrivateDirectory(directory);
  const key = await unlessAbsent(readPrivateKey(join(directory, 'key.pem')));
  const certificate = await unlessAbsent(readPrivate(join(directory, 'certificate.pem')));
  if (key === undefined || certificate === undefined || !isPair(certificate, key, ca)) {
    return makeIdentity(directory, ca, key ?? generatePrivateKey(), options);
  }
  const { serial, pseudonym, notAfter } = describeCertificate(certificate);
  if (ca.isRevoked(serial)) return makeIdentity(directory, ca, generatePrivateKey(), options);
  if (notAfter - now() > RENEW_WITHIN) return { certificate, key };
  return makeIdentity(directory, ca, key, { ...options, pseudonym });
}

/** Whether the certificate is this key's and this authority's: not so after a crash between the two. */
function isPair(certificatePem: string, keyPem: string, ca: MemberCa): boolean {
  const certificate = new X509Certificate(certificatePem);
  return (
    certificate.publicKey.equals(createPublicKey(parsePrivateKey(keyPem))) &&
    certificate.verify(new X509Certificate(ca.root).publicKey)
  );
}

async function makeIdentity(
  directory: string,
  ca: MemberCa,
  key: string,
  options: IssueOptions,
): Promise<KeyPair> {
  const certificate = await ca.issue(await createCsr(key), options);
  await writePrivateKey(join(directory, 'key.pem'), key);
  await writeDurably(join(directory, 'certificate.pem'), certificate);
  return { certificate, key };
}

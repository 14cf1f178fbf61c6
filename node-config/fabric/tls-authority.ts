/**
 * A member's TLS authority: certificates of its peer, ordering node and chaincode server. It is apart
 * from the authority of persons and nodes, so that no TLS certificate can ever sign an act.
 */
import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  generatePrivateKey,
  readPrivateKey,
  writePrivateKey,
} from '../../gateway/src/identity/key.ts';
import {
  makePrivateDirectory,
  unlessAbsent,
  writeDurably,
} from '../../gateway/src/identity/private-file.ts';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  lowSCrypto,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '../../gateway/src/identity/x509.ts';

const DAY = 86_400_000;
const AUTHORITY_DAYS = 3650;
const NODE_DAYS = 730;
/** Certificates begin a little in the past: machines' clocks differ. */
const SKEW = 300_000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export interface TlsKeyPair {
  /** PEM. */
  readonly certificate: string;
  /** PKCS#8 PEM. */
  readonly key: string;
}

export interface TlsAuthority {
  /** PEM of the self-signed root. */
  readonly certificate: string;
  /** A new key and a certificate for server and client use under these names or IPv4 addresses. */
  issue(hosts: readonly string[]): Promise<TlsKeyPair>;
}

const privateKeyOf = (pem: string) => createPrivateKey(pem).toCryptoKey(ALGORITHM, false, ['sign']);
const publicKeyOf = (pem: string) => createPublicKey(pem).toCryptoKey(ALGORITHM, true, ['verify']);
const commonName = (name: string) => `CN=${name}`;

/** Positive and below 2^127, as RFC 5280 (4.1.2.2) wants it. */
function drawSerial(): string {
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  return serial.toString('hex');
}

/** Opens the authority kept in `directory`, or creates it there. */
export async function openTlsAuthority(directory: string, name: string): Promise<TlsAuthority> {
  const keyPath = join(directory, 'key.pem');
  const certificatePath = join(directory, 'cert.pem');
  let certificate = await unlessAbsent(readFile(certificatePath, 'utf8'));
  if (certificate === undefined) {
    await makePrivateDirectory(directory);
    const key = generatePrivateKey();
    await writePrivateKey(keyPath, key);
    certificate = await certify({
      subject: name,
      issuer: name,
      subjectKey: key,
      issuerKey: key,
      days: AUTHORITY_DAYS,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    });
    await writeDurably(certificatePath, certificate, 0o644);
  }
  const issuerKey = await readPrivateKey(keyPath);
  return {
    certificate,
    issue: async (hosts) => {
      const key = generatePrivateKey();
      return {
        key,
        certificate: await certify({
          subject: hosts[0]!,
          issuer: name,
          subjectKey: key,
          issuerKey,
          days: NODE_DAYS,
          extensions: [
            new BasicConstraintsExtension(false, undefined, true),
            new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
            new ExtendedKeyUsageExtension([
              ExtendedKeyUsage.serverAuth,
              ExtendedKeyUsage.clientAuth,
            ]),
            new SubjectAlternativeNameExtension(
              hosts.map((value) => ({ type: isIpv4(value) ? 'ip' : 'dns', value })),
            ),
          ],
        }),
      };
    },
  };
}

const isIpv4 = (host: string) => /^\d+(\.\d+){3}$/.test(host);

interface CertificateRequest {
  readonly subject: string;
  readonly issuer: string;
  readonly subjectKey: string;
  readonly issuerKey: string;
  readonly days: number;
  readonly extensions: readonly Extension[];
}

async function certify(request: CertificateRequest): Promise<string> {
  const now = Date.now();
  const publicKey = publicKeyOf(request.subjectKey);
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: drawSerial(),
      subject: commonName(request.subject),
      issuer: commonName(request.issuer),
      notBefore: new Date(now - SKEW),
      notAfter: new Date(now + request.days * DAY),
      publicKey,
      signingKey: privateKeyOf(request.issuerKey),
      signingAlgorithm: ALGORITHM,
      extensions: [
        ...request.extensions,
        await SubjectKeyIdentifierExtension.create(publicKey, false, lowSCrypto),
        await AuthorityKeyIdentifierExtension.create(
          publicKeyOf(request.issuerKey),
          false,
          lowSCrypto,
        ),
      ],
    },
    lowSCrypto,
  );
  return `${certificate.toString('pem')}\n`;
}

/** The three parts of an authority (key, revocation list, root certificate): made once, read at start. */
import { createPublicKey } from 'node:crypto';
import { join } from 'node:path';
import { EMBEDDED_MARKER_OID } from '@tabellion/proof';
import { signCrl } from './crl.ts';
import { IdentityError } from './error.ts';
import { embeddedMarker } from './extension.ts';
import { generatePrivateKey, parsePrivateKey, readPrivateKey, writePrivateKey } from './key.ts';
import { readPrivate, unlessAbsent, writeDurably } from './private-file.ts';
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  lowSCrypto,
  makeSerial,
  Name,
  SIGNING,
  SubjectKeyIdentifierExtension,
  toPem,
  webcrypto,
  X509Certificate,
  X509CertificateGenerator,
  X509Crl,
} from './x509.ts';

const DAY = 86_400_000;
const ROOT_DAYS = 3650;

export interface CaOptions {
  readonly directory: string;
  readonly mspId: string;
  /** Whether the root carries the critical marker of embedded consortia. */
  readonly embedded: boolean;
  readonly now?: () => number;
}

export interface CaMaterial {
  readonly root: X509Certificate;
  readonly crl: X509Crl;
  readonly signingKey: webcrypto.CryptoKey;
}

/** The root certificate is written last: what a crash leaves behind without it has issued nothing. */
export async function foundCa({
  directory,
  mspId,
  embedded,
  now = Date.now,
}: CaOptions): Promise<CaMaterial> {
  const keyPem = generatePrivateKey();
  const signingKey = await importSigningKey(keyPem);
  const root = await signRoot(mspId, keyPem, signingKey, { embedded, now: now() });
  const crl = await signCrl(root, signingKey, { number: 1, now: now(), revocations: [] });
  await writePrivateKey(join(directory, 'key.pem'), keyPem);
  await writeDurably(join(directory, 'crl.pem'), toPem(crl, 'X509 CRL'));
  await writeDurably(join(directory, 'root.pem'), toPem(root, 'CERTIFICATE'));
  return { root, crl, signingKey };
}

export async function loadCa(
  { directory, mspId, embedded, now = Date.now }: CaOptions,
  rootPem: string,
): Promise<CaMaterial> {
  const keyPem = await readPart(readPrivateKey(join(directory, 'key.pem')), directory);
  const crlPem = await readPart(readPrivate(join(directory, 'crl.pem')), directory);
  const signingKey = await importSigningKey(keyPem);
  const [root, crl] = parseParts(rootPem, crlPem, directory);
  const belongs =
    root.subject === rootName(mspId).toString() &&
    // Keys of an embedded consortium never move to a real network, nor the other way round.
    (root.getExtension(EMBEDDED_MARKER_OID) !== null) === embedded &&
    exportPublicKey(keyPem).equals(Buffer.from(root.publicKey.rawData)) &&
    (await root.verify({ publicKey: root.publicKey, signatureOnly: true })) &&
    (await crl.verify({ publicKey: root.publicKey }));
  if (!belongs) throw damaged(directory);
  if (root.notAfter.getTime() <= now()) {
    throw new IdentityError('CA_EXPIRED', `the root certificate in ${directory} has expired`);
  }
  return { root, crl, signingKey };
}

async function readPart(reading: Promise<string>, directory: string): Promise<string> {
  const text = await unlessAbsent(reading);
  if (text === undefined) throw damaged(directory);
  return text;
}

function parseParts(root: string, crl: string, directory: string): [X509Certificate, X509Crl] {
  try {
    return [new X509Certificate(root), new X509Crl(crl)];
  } catch (cause) {
    throw damaged(directory, cause);
  }
}

function damaged(directory: string, cause?: unknown): IdentityError {
  const message = `root certificate, key and revocation list in ${directory} do not fit together`;
  return new IdentityError('CA_DAMAGED', message, { cause });
}

async function signRoot(
  mspId: string,
  keyPem: string,
  signingKey: webcrypto.CryptoKey,
  { embedded, now }: { embedded: boolean; now: number },
): Promise<X509Certificate> {
  const publicKey = exportPublicKey(keyPem);
  const name = rootName(mspId);
  return X509CertificateGenerator.create(
    {
      serialNumber: makeSerial(),
      issuer: name,
      subject: name,
      notBefore: new Date(now - DAY),
      notAfter: new Date(now + ROOT_DAYS * DAY),
      publicKey,
      signingKey,
      signingAlgorithm: SIGNING,
      extensions: [
        new BasicConstraintsExtension(true, 1, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(publicKey, false, lowSCrypto),
        ...(embedded ? [embeddedMarker()] : []),
      ],
    },
    lowSCrypto,
  );
}

function rootName(mspId: string): Name {
  return new Name([{ O: [mspId] }, { CN: [`${mspId} root`] }]);
}

function exportPublicKey(keyPem: string): Buffer {
  return createPublicKey(parsePrivateKey(keyPem)).export({ type: 'spki', format: 'der' });
}

function importSigningKey(keyPem: string): Promise<webcrypto.CryptoKey> {
  const pkcs8 = parsePrivateKey(keyPem).export({ type: 'pkcs8', format: 'der' });
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  return webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
}

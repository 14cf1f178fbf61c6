/** A small certification authority with real keys, for tests: whatever it is told to issue, it issues. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import * as x509 from '@peculiar/x509';
import { EMBEDDED_MARKER_OID, fromBase64url } from '../src/index.ts';

x509.cryptoProvider.set(webcrypto);

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const ORDER = p256.Point.Fn.ORDER;

export interface KeyHolder {
  readonly certificatePem: string;
  /** Hex. */
  readonly serial: string;
  /** ECDSA P-256 with SHA-256, DER, low s. */
  sign(message: Uint8Array): Uint8Array;
  /** The other valid signature of the same message: s in the upper half. */
  signHigh(message: Uint8Array): Uint8Array;
}

export interface IssueOptions {
  readonly ou?: string;
  readonly commonName?: string;
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly isCa?: boolean;
  readonly extensions?: readonly x509.Extension[];
}

export interface AuthorityOptions {
  readonly name: string;
  /** Middle of the validity of everything, milliseconds since 1970. */
  readonly now: number;
  readonly embedded?: boolean;
  readonly extensions?: readonly x509.Extension[];
}

const YEAR = 31_536_000_000;

export class TestAuthority {
  readonly rootPem: string;
  readonly #root: x509.X509Certificate;
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly #now: number;

  private constructor(root: x509.X509Certificate, keys: webcrypto.CryptoKeyPair, now: number) {
    this.#root = root;
    this.#keys = keys;
    this.#now = now;
    this.rootPem = `${root.toString('pem')}\n`;
  }

  static async create({
    name,
    now,
    embedded,
    extensions,
  }: AuthorityOptions): Promise<TestAuthority> {
    const keys = await generateKeys();
    const root = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: randomSerial(),
      name: `CN=${name}`,
      notBefore: new Date(now - YEAR),
      notAfter: new Date(now + YEAR),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        ...caExtensions(),
        ...(embedded ? [embeddedMarker()] : []),
        ...(extensions ?? []),
      ],
    });
    return new TestAuthority(root, keys, now);
  }

  /** An authority below this one. */
  async createIntermediate(options: AuthorityOptions): Promise<TestAuthority> {
    const keys = await generateKeys();
    const certificate = await this.#certify(keys.publicKey, {
      commonName: options.name,
      isCa: true,
      ...(options.extensions && { extensions: options.extensions }),
    });
    return new TestAuthority(certificate, keys, options.now);
  }

  async issue(options: IssueOptions): Promise<KeyHolder> {
    const keys = await generateKeys();
    const certificate = await this.#certify(keys.publicKey, options);
    const { d } = await webcrypto.subtle.exportKey('jwk', keys.privateKey);
    const secret = fromBase64url(d!);
    const sign = (message: Uint8Array) =>
      p256.Signature.fromBytes(p256.sign(message, secret, { prehash: true, lowS: true }));
    return {
      certificatePem: `${certificate.toString('pem')}\n`,
      serial: certificate.serialNumber,
      sign: (message) => sign(message).toBytes('der'),
      signHigh: (message) => {
        const { r, s } = sign(message);
        return new p256.Signature(r, ORDER - s).toBytes('der');
      },
    };
  }

  /** PEM of a revocation list over these serial numbers. */
  async revoke(serials: readonly string[], extensions: x509.Extension[] = []): Promise<string> {
    const list = await x509.X509CrlGenerator.create({
      issuer: this.#root.subject,
      thisUpdate: new Date(this.#now - 1000),
      nextUpdate: new Date(this.#now + YEAR),
      entries: serials.map((serialNumber) => ({
        serialNumber,
        revocationDate: new Date(this.#now - 1000),
      })),
      extensions,
      signingAlgorithm: ALGORITHM,
      signingKey: this.#keys.privateKey,
    });
    // The library writes the label CRL; RFC 7468 and Fabric know X509 CRL.
    return `${list.toString('pem').replaceAll('CRL-----', 'X509 CRL-----')}\n`;
  }

  #certify(publicKey: webcrypto.CryptoKey, options: IssueOptions): Promise<x509.X509Certificate> {
    const units = options.ou === undefined ? '' : `, OU=${options.ou}`;
    return x509.X509CertificateGenerator.create({
      serialNumber: randomSerial(),
      subject: `CN=${options.commonName ?? 'p-0000000000000000'}${units}`,
      issuer: this.#root.subject,
      notBefore: new Date(options.notBefore ?? this.#now - YEAR / 2),
      notAfter: new Date(options.notAfter ?? this.#now + YEAR / 2),
      signingAlgorithm: ALGORITHM,
      publicKey,
      signingKey: this.#keys.privateKey,
      extensions: [
        ...(options.isCa
          ? caExtensions()
          : [
              new x509.BasicConstraintsExtension(false, undefined, true),
              new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
            ]),
        ...(options.extensions ?? []),
      ],
    });
  }
}

export function embeddedMarker(): x509.Extension {
  return new x509.Extension(EMBEDDED_MARKER_OID, true, Uint8Array.of(5, 0));
}

export function criticalUnknown(): x509.Extension {
  return new x509.Extension('1.3.6.1.4.1.99999.1', true, Uint8Array.of(5, 0));
}

export function fabricAttributes(attrs: Record<string, string>): x509.Extension {
  return new x509.Extension('1.2.3.4.5.6.7.8.1', false, Buffer.from(JSON.stringify({ attrs })));
}

function caExtensions(): x509.Extension[] {
  return [
    new x509.BasicConstraintsExtension(true, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
  ];
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function randomSerial(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  return `5${Buffer.from(bytes).toString('hex').slice(1)}`;
}

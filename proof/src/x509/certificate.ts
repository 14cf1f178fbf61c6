/** X.509 certificates (RFC 5280), narrowed to what Fabric uses here: ECDSA P-256 with SHA-256. */
import {
  BasicConstraints,
  Certificate,
  type Extension,
  type RelativeDistinguishedNames,
} from 'pkijs';
import { toHex } from '../bytes/encoding.ts';
import { sha256 } from '../crypto/provider.ts';
import { verifyStrict } from '../crypto/signature.ts';
import { parseStrict } from '../json/parse.ts';
import { decodeDer } from './der.ts';
import { MspError } from './error.ts';
import { EMBEDDED_MARKER_OID } from './marker.ts';
import { parsePem } from './pem.ts';

const OID = {
  ecdsaSha256: '1.2.840.10045.4.3.2',
  ecPublicKey: '1.2.840.10045.2.1',
  commonName: '2.5.4.3',
  organizationalUnit: '2.5.4.11',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  fabricAttributes: '1.2.3.4.5.6.7.8.1',
} as const;
/** Critical extensions that are judged or only narrow what we never use: names and purposes in TLS. */
const UNDERSTOOD = new Set<string>([OID.keyUsage, OID.basicConstraints, '2.5.29.17', '2.5.29.37']);
const POINT_LENGTH = 65;
const UNCOMPRESSED = 4;
/** The same few certificates stand under everything that is signed, and reading one takes long. */
const MAX_CACHED = 1024;
const parsed = new Map<string, ParsedCertificate>();

export interface ParsedCertificate {
  readonly der: Uint8Array;
  /** Hex SHA-256 of the DER bytes. */
  readonly fingerprint: string;
  /** Hex, without leading zeros. */
  readonly serial: string;
  /** DER of the names: compared byte by byte. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly commonName: string;
  readonly organizationalUnits: readonly string[];
  /** Milliseconds since 1970, both inclusive. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Uncompressed P-256 point, 65 bytes. */
  readonly publicKey: Uint8Array;
  readonly isCa: boolean;
  /** Most intermediates below this CA, or null for any number. */
  readonly pathLength: number | null;
  readonly mayCertify: boolean;
  readonly maySignLists: boolean;
  /** Fabric's attribute extension, as the CA wrote it. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Whether the critical marker of embedded ledgers is there. */
  readonly isEmbedded: boolean;
  /** Whether it has critical extensions that are not understood here. */
  readonly hasUnknownCritical: boolean;
  /** The signed part, and the issuer's DER signature over it. */
  readonly signedBytes: Uint8Array;
  readonly signature: Uint8Array;
}

/** Reads one certificate from PEM. @throws MspError `CERTIFICATE_MALFORMED`. */
export function parseCertificate(pem: string): ParsedCertificate {
  const known = parsed.get(pem);
  if (known) return known;
  const certificate = parseDer(parsePem(pem, 'CERTIFICATE'));
  if (parsed.size >= MAX_CACHED) parsed.clear();
  parsed.set(pem, certificate);
  return certificate;
}

function parseDer(der: Uint8Array<ArrayBuffer>): ParsedCertificate {
  try {
    return readCertificate(der);
  } catch {
    throw new MspError('CERTIFICATE_MALFORMED', 'not a P-256 certificate signed with SHA-256');
  }
}

/**
 * Verifies a signature of the certificate's key: ECDSA P-256 with SHA-256 in strict DER with low s.
 * Says nothing about the certificate itself.
 */
export function verifySignature(
  certificate: ParsedCertificate,
  bytes: Uint8Array,
  signature: Uint8Array,
): boolean {
  return verifyStrict(certificate.publicKey, bytes, signature);
}

function readCertificate(der: Uint8Array<ArrayBuffer>): ParsedCertificate {
  const certificate = new Certificate({ schema: decodeDer(der) });
  const extensions = readExtensions(certificate.extensions ?? []);
  assertAlgorithm(certificate.signature.algorithmId);
  assertAlgorithm(certificate.signatureAlgorithm.algorithmId);
  const constraints = extensions.get(OID.basicConstraints)?.parsedValue;
  const usage = readKeyUsage(extensions.get(OID.keyUsage));
  const critical = [...extensions.values()].filter((extension) => extension.critical);
  const isEmbedded = critical.some(({ extnID }) => extnID === EMBEDDED_MARKER_OID);
  return {
    der,
    fingerprint: toHex(sha256(der)),
    serial: readSerial(certificate.serialNumber.valueBlock.valueHexView),
    issuer: new Uint8Array(certificate.issuer.valueBeforeDecode),
    subject: new Uint8Array(certificate.subject.valueBeforeDecode),
    commonName: readNames(certificate.subject, OID.commonName)[0] ?? '',
    organizationalUnits: readNames(certificate.subject, OID.organizationalUnit),
    notBefore: certificate.notBefore.value.getTime(),
    notAfter: certificate.notAfter.value.getTime(),
    publicKey: readPoint(certificate),
    isCa: constraints instanceof BasicConstraints && constraints.cA,
    pathLength: constraints instanceof BasicConstraints ? readPathLength(constraints) : null,
    mayCertify: usage === null || (usage & 0x04) !== 0,
    maySignLists: usage === null || (usage & 0x02) !== 0,
    attributes: readAttributes(extensions.get(OID.fabricAttributes)),
    isEmbedded,
    hasUnknownCritical: critical.some(
      ({ extnID }) => !UNDERSTOOD.has(extnID) && extnID !== EMBEDDED_MARKER_OID,
    ),
    signedBytes: certificate.tbsView.slice(),
    signature: readBits(certificate.signatureValue.valueBlock),
  };
}

function readExtensions(list: readonly Extension[]): Map<string, Extension> {
  const extensions = new Map(list.map((extension) => [extension.extnID, extension]));
  if (extensions.size !== list.length) throw new Error('an extension stands twice');
  return extensions;
}

export function assertAlgorithm(oid: string): void {
  if (oid !== OID.ecdsaSha256) throw new Error('not signed with ECDSA and SHA-256');
}

function readPoint(certificate: Certificate): Uint8Array {
  const { algorithm, subjectPublicKey } = certificate.subjectPublicKeyInfo;
  const curve = algorithm.algorithmParams?.valueBlock?.toString();
  const point = readBits(subjectPublicKey.valueBlock);
  if (
    algorithm.algorithmId !== OID.ecPublicKey ||
    curve !== '1.2.840.10045.3.1.7' ||
    point.length !== POINT_LENGTH ||
    point[0] !== UNCOMPRESSED
  ) {
    throw new Error('not a P-256 key');
  }
  return point;
}

export function readBits(block: { valueHexView: Uint8Array; unusedBits: number }): Uint8Array {
  if (block.unusedBits !== 0) throw new Error('a bit string of odd length');
  return block.valueHexView.slice();
}

export function readSerial(bytes: Uint8Array): string {
  return toHex(bytes).replace(/^0+/, '');
}

function readNames(name: RelativeDistinguishedNames, oid: string): string[] {
  return name.typesAndValues
    .filter(({ type }) => type === oid)
    .map(({ value }) => String(value.valueBlock.value));
}

function readPathLength(constraints: BasicConstraints): number | null {
  const length = constraints.pathLenConstraint;
  if (length === undefined) return null;
  if (typeof length !== 'number') throw new Error('a path length past all use');
  return length;
}

/** First byte of the key usage bits, or null without the extension (RFC 5280, 4.2.1.3). */
function readKeyUsage(extension: Extension | undefined): number | null {
  if (!extension) return null;
  const bits = extension.parsedValue as { valueBlock: { valueHexView: Uint8Array } };
  return bits.valueBlock.valueHexView[0] ?? 0;
}

/** JSON `{"attrs": {name: text}}` in the extension's octets, as Fabric CA writes it. */
function readAttributes(extension: Extension | undefined): Readonly<Record<string, string>> {
  if (!extension) return {};
  const value = parseStrict(extension.extnValue.valueBlock.valueHexView);
  const attributes = (value as { attrs?: unknown } | null)?.attrs;
  if (typeof attributes !== 'object' || attributes === null) throw new Error('no attributes');
  const entries = Object.entries(attributes);
  if (entries.some(([, text]) => typeof text !== 'string')) throw new Error('no text');
  return Object.freeze(Object.fromEntries(entries) as Record<string, string>);
}

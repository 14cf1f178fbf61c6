/** Certificate revocation lists (RFC 5280, section 5). */
import * as asn1js from 'asn1js';
import { equalBytes } from '../bytes/encoding.ts';
import { verifyAuthority } from '../crypto/signature.ts';
import { assertAlgorithm, type ParsedCertificate, readBits, readSerial } from './certificate.ts';
import { type DerElement, decodeDer } from './der.ts';
import { MspError } from './error.ts';
import { parsePem } from './pem.ts';

/** ASN.1 tag class of `[0]`. */
const CONTEXT_CLASS = 3;

export interface RevocationList {
  readonly issuer: ParsedCertificate;
  /** Hex serial numbers without leading zeros. */
  readonly serials: ReadonlySet<string>;
}

/**
 * Reads a list and finds which authority signed it. A list that no authority of the member signed is
 * an error, never ignored. Its dates are not judged: a trust file is a snapshot.
 * @throws MspError `CERTIFICATE_MALFORMED`, `CERTIFICATE_UNTRUSTED`.
 */
export function parseRevocations(
  pem: string,
  authorities: readonly ParsedCertificate[],
): RevocationList {
  const der = parsePem(pem, 'X509 CRL');
  const list = readList(der);
  const issuer = authorities.find(
    (authority) =>
      authority.maySignLists &&
      equalBytes(authority.subject, list.issuer) &&
      verifyAuthority(authority.publicKey, list.signedBytes, list.signature),
  );
  if (!issuer) throw new MspError('CERTIFICATE_UNTRUSTED', 'a revocation list of nobody known');
  return { issuer, serials: list.serials };
}

/**
 * Read element by element: pkijs refuses lists whose entries carry an empty sequence of extensions, as
 * a widespread generator writes them and Go reads them.
 */
function readList(der: Uint8Array<ArrayBuffer>) {
  try {
    const [signed, algorithm, signature, ...more] = elementsOf(decodeDer(der));
    assertSignedWith(algorithm);
    const fields = elementsOf(signed);
    // The version stands first and is optional; its absence is version 1, which has no extensions.
    const [innerAlgorithm, issuer, , ...rest] =
      fields[0] instanceof asn1js.Integer ? fields.slice(1) : fields;
    assertSignedWith(innerAlgorithm);
    const revoked = rest.find((field) => field instanceof asn1js.Sequence);
    const extensions = rest.find(({ idBlock }) => idBlock.tagClass === CONTEXT_CLASS);
    if (!(signature instanceof asn1js.BitString) || more.length > 0)
      throw new Error('no signature');
    assertNoneCritical(extensions);
    return {
      issuer: issuer!.valueBeforeDecodeView.slice(),
      serials: new Set(revoked ? elementsOf(revoked).map(readEntry) : []),
      signedBytes: signed!.valueBeforeDecodeView.slice(),
      signature: readBits(signature.valueBlock),
    };
  } catch {
    throw new MspError('CERTIFICATE_MALFORMED', 'not a usable revocation list');
  }
}

function elementsOf(element: DerElement | undefined): DerElement[] {
  if (!(element instanceof asn1js.Constructed)) throw new Error('not a sequence');
  return element.valueBlock.value;
}

function assertSignedWith(algorithm: DerElement | undefined): void {
  assertAlgorithm(String(elementsOf(algorithm)[0]?.valueBlock));
}

function readEntry(entry: DerElement): string {
  const [serial] = elementsOf(entry);
  if (!(serial instanceof asn1js.Integer)) throw new Error('no serial number');
  return readSerial(serial.valueBlock.valueHexView);
}

/** A critical extension narrows the list (deltas, parts): what it leaves out would go unnoticed. */
function assertNoneCritical(extensions: DerElement | undefined): void {
  for (const extension of extensions ? elementsOf(elementsOf(extensions)[0]) : []) {
    const critical = elementsOf(extension).find((field) => field instanceof asn1js.Boolean);
    if (critical?.valueBlock.value) throw new Error('a partial list');
  }
}

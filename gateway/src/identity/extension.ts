/** X.509 extensions that the certificate library does not know. */
import { EMBEDDED_MARKER_OID } from '@tabellion/proof';
import { encodeInteger } from './low-s.ts';
import { Extension } from './x509.ts';

/** Fabric's attribute extension: JSON `{"attrs":{name: text}}` as the raw value. */
export const FABRIC_ATTRIBUTES_OID = '1.2.3.4.5.6.7.8.1';
/** RFC 5280, section 5.2.3. */
export const CRL_NUMBER_OID = '2.5.29.20';

export function attributesExtension(attrs: Readonly<Record<string, string>>): Extension {
  return new Extension(FABRIC_ATTRIBUTES_OID, false, Buffer.from(JSON.stringify({ attrs })));
}

/**
 * Marks an authority whose key one operator holds together with all the others'. It is critical, so
 * that software which does not know it, a real Fabric network first of all, refuses every chain that
 * ends there.
 */
export function embeddedMarker(): Extension {
  const derNull = Uint8Array.of(0x05, 0x00);
  return new Extension(EMBEDDED_MARKER_OID, true, derNull);
}

export function crlNumberExtension(number: number): Extension {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(number));
  return new Extension(CRL_NUMBER_OID, false, encodeInteger(bytes));
}

/** The number of a revocation list that {@link crlNumberExtension} wrote. */
export function readCrlNumber(extension: Extension): number {
  return Number(`0x${Buffer.from(extension.value).subarray(2).toString('hex')}`);
}

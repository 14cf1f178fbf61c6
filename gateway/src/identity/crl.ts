/** Certificate revocation lists (RFC 5280, section 5), signed by a member's authority. */
import { CRL_NUMBER_OID, crlNumberExtension, readCrlNumber } from './extension.ts';
import { REVOCATION_REASONS, type RevocationReason } from './revocation-reason.ts';
import {
  AuthorityKeyIdentifierExtension,
  lowSCrypto,
  SIGNING,
  SubjectKeyIdentifierExtension,
  type webcrypto,
  type X509Certificate,
  type X509Crl,
  X509CrlGenerator,
  X509CrlReason,
} from './x509.ts';

const DAY = 86_400_000;
/** Life of a list: long, because what reads an older list must still find its successor's issuer. */
export const CRL_DAYS = 90;

export interface Revocation {
  readonly serial: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly reason: RevocationReason | undefined;
}

export async function signCrl(
  root: X509Certificate,
  signingKey: webcrypto.CryptoKey,
  list: { number: number; now: number; revocations: readonly Revocation[] },
): Promise<X509Crl> {
  return X509CrlGenerator.create(
    {
      issuer: root.subjectName,
      thisUpdate: new Date(list.now),
      nextUpdate: new Date(list.now + CRL_DAYS * DAY),
      signingAlgorithm: SIGNING,
      signingKey,
      extensions: [authorityKeyIdentifier(root), crlNumberExtension(list.number)],
      entries: list.revocations.map(({ serial, at, reason }) => ({
        serialNumber: serial,
        revocationDate: new Date(at),
        ...(reason === undefined ? {} : { reason: X509CrlReason[reason] }),
      })),
    },
    lowSCrypto,
  );
}

export function authorityKeyIdentifier(root: X509Certificate): AuthorityKeyIdentifierExtension {
  const { keyId } = root.getExtension(SubjectKeyIdentifierExtension)!;
  return new AuthorityKeyIdentifierExtension(keyId);
}

export function readRevocations(crl: X509Crl): Revocation[] {
  return crl.entries.map((entry) => ({
    serial: entry.serialNumber,
    at: entry.revocationDate.getTime(),
    reason: REVOCATION_REASONS.find((reason) => X509CrlReason[reason] === entry.reason),
  }));
}

export function crlNumber(crl: X509Crl): number {
  return readCrlNumber(crl.getExtension(CRL_NUMBER_OID)!);
}

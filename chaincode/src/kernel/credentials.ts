/** Who acts: read from the certificate that signed the proposal, and from nothing else. */
import { MspError, parseCertificate } from '@tabellion/proof';
import { assertRule, ContractError } from './errors.ts';
import { type Act, act } from './schema.ts';

export type Credentials = Pick<Act, 'member' | 'role' | 'person' | 'certificate' | 'keyCustody'>;

/**
 * Reads a certificate as a caller's. Chain, revocation and signature are the peer's to check.
 * @throws ContractError `CERTIFICATE_MALFORMED`, `ROLE_MISSING`, `KEY_CUSTODY_MISSING`.
 */
export function readCredentials(mspId: string, certificatePem: string): Credentials {
  const { commonName, fingerprint, attributes } = parse(certificatePem);
  const person = act.shape.person.safeParse(commonName);
  assertRule(person.success, 'CERTIFICATE_MALFORMED', 'the common name is no pseudonym');
  const { role } = attributes;
  assertRule(role !== undefined, 'ROLE_MISSING', 'the certificate names no role');
  const custody = act.shape.keyCustody.safeParse(attributes.keyCustody);
  assertRule(custody.success, 'KEY_CUSTODY_MISSING', 'the certificate names no key custody');
  return {
    member: mspId,
    role,
    person: person.data,
    certificate: fingerprint,
    keyCustody: custody.data,
  };
}

/** The `act` of a record (O-7). A client builds the same to compare what it asked for and got. */
export function buildAct(
  { member, role, person, certificate, keyCustody }: Credentials,
  jurisdiction: string,
  { txId, at }: Pick<Act, 'txId' | 'at'>,
): Act {
  return { txId, at, member, jurisdiction, role, person, certificate, keyCustody };
}

function parse(pem: string) {
  try {
    return parseCertificate(pem);
  } catch (error) {
    if (!(error instanceof MspError)) throw error;
    throw new ContractError('CERTIFICATE_MALFORMED', 'not one readable X.509 certificate');
  }
}

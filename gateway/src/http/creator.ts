/** Whether a certificate belongs to the caller: checked before each step that relays its signature. */
import {
  type ParsedCertificate,
  parseCertificate,
  readProposal,
  readTransaction,
  type SerializedIdentity,
  verifySignature,
} from '@tabellion/proof';
import type { Enrolment, Principal } from './deps.ts';
import { Problem } from './problem.ts';

/** @throws Problem `CERTIFICATE_NOT_YOURS` for what is not exactly one certificate in PEM. */
function parseOrRefuse(pem: string): ParsedCertificate {
  try {
    return parseCertificate(pem);
  } catch (cause) {
    throw new Problem('CERTIFICATE_NOT_YOURS', 'not exactly one X.509 certificate in PEM', {
      cause,
    });
  }
}

/** Hex SHA-256 of the DER. @throws Problem `CERTIFICATE_NOT_YOURS`. */
export const fingerprintOf = (pem: string): string => parseOrRefuse(pem).fingerprint;

/** Strict DER, low s. @throws Problem `BAD_SIGNATURE`. */
export function assertSigned(pem: string, bytes: Uint8Array, signature: Uint8Array): void {
  if (!verifySignature(parseOrRefuse(pem), bytes, signature)) throw new Problem('BAD_SIGNATURE');
}

/**
 * The certificate is the caller's own, in the role in which the caller signed in.
 * @throws Problem `CERTIFICATE_NOT_YOURS`, the same for an unknown and for another's certificate.
 */
export function assertOwner(enrolment: Enrolment, principal: Principal, fingerprint: string): void {
  const owner = enrolment.ownerOf(fingerprint);
  const isOwn =
    owner?.subject === principal.subject &&
    owner.member === principal.member &&
    owner.role === principal.role;
  if (!isOwn) throw new Problem('CERTIFICATE_NOT_YOURS');
}

/** What signed bytes ask for, and in whose name. */
export interface Asked {
  readonly txId: string;
  readonly transaction: string;
  /** Arguments after the function name. */
  readonly args: readonly Uint8Array[];
  readonly creator: SerializedIdentity;
}

interface Target {
  readonly channel: string;
  readonly chaincode: string;
}

/** @throws Problem `BAD_PROPOSAL` */
export function readAskedProposal(bytes: Uint8Array, target: Target): Asked {
  return readAsked(target, () => {
    const { invocation, ...header } = readProposal(bytes);
    return { ...header, args: invocation.args };
  });
}

/** @throws Problem `BAD_PROPOSAL` */
export function readAskedTransaction(bytes: Uint8Array, target: Target): Asked {
  return readAsked(target, () => readTransaction(bytes));
}

type Readable = Target & Omit<Asked, 'transaction'>;

function readAsked({ channel, chaincode }: Target, read: () => Readable): Asked {
  let asked: Readable;
  try {
    asked = read();
  } catch (cause) {
    throw new Problem('BAD_PROPOSAL', 'these bytes cannot be read', { cause });
  }
  if (asked.channel !== channel || asked.chaincode !== chaincode)
    throw new Problem('BAD_PROPOSAL', 'another channel or chaincode');
  const [name, ...args] = asked.args;
  const transaction = Buffer.from(name ?? []).toString('latin1');
  return { txId: asked.txId, transaction, args, creator: asked.creator };
}

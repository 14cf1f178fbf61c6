/**
 * What Fabric's peers say when they refuse, in the port's words, whichever client heard them. Fabric
 * passes on texts only, so this is the one place that reads them; they are those of Fabric 2.2 to 3.1.
 */
import { parseCertificate, verifySignature } from '@tabellion/proof';
import { LedgerError, type LedgerErrorCode } from '../port.ts';
import type { Call } from './endorser.ts';

/** An endorser's refusal → what it means; the first that fits counts. */
const REFUSALS: readonly (readonly [RegExp, LedgerErrorCode])[] = [
  [/ProposalResponsePayloads do not match/, 'ENDORSEMENT_MISMATCH'],
  [/duplicate transaction found/, 'DUPLICATE_TRANSACTION'],
  [
    /code = (Unavailable|DeadlineExceeded)|connection refused|endorsing peers for org/,
    'UNAVAILABLE',
  ],
  // Its process ended in the middle of the call.
  [/chaincode stream terminated/, 'UNAVAILABLE'],
  [/due to incorrect timestamp/, 'CLOCK_SKEW'],
  [/client identity expired/, 'IDENTITY_REFUSED'],
  // Fabric does not tell an unknown member, a certificate and a signature from each other.
  [/access denied: channel \[[^\]]*\] creator org /, 'IDENTITY_REFUSED'],
  [
    /incorrectly computed txid|epoch is non-zero|nonce is empty|invalid header type/,
    'BAD_PROPOSAL',
  ],
  [
    /failed to invoke backing implementation|not authorized|policy not satisfied/i,
    'IDENTITY_REFUSED',
  ],
];

/** `undefined` for texts that are none of the refusals known here. */
export const classifyRefusal = (texts: readonly string[]): LedgerErrorCode | undefined =>
  REFUSALS.find(([pattern]) => texts.some((text) => pattern.test(text)))?.[1];

const CONTRACT_CODE = /^([A-Z][A-Z0-9_]*): /;

/** What the contract itself answered. */
export function contractError(
  answer: string,
  context: {
    readonly txId: string;
    readonly cause?: unknown;
    readonly members?: readonly string[];
  },
): LedgerError {
  const contractCode = CONTRACT_CODE.exec(answer)?.[1];
  return new LedgerError('CONTRACT', answer, {
    ...context,
    ...(contractCode === undefined ? {} : { contractCode }),
  });
}

/** Without the creator's certificate, which Fabric adds to some of its texts in hexadecimal. */
export const withoutCreator = (text: string): string =>
  text.replace(/\. Creator \[[0-9a-f]*\]/, '');

/** Fabric has one text for bad certificates and bad signatures; which it was can be seen here. */
export function explainRefusal(refusal: unknown, { proposal, signed }: Call): unknown {
  if (!(refusal instanceof LedgerError) || refusal.code !== 'IDENTITY_REFUSED') return refusal;
  const { creator, txId } = proposal;
  try {
    const certificate = parseCertificate(creator.certificatePem);
    if (verifySignature(certificate, signed.bytes, signed.signature)) return refusal;
  } catch {
    return refusal;
  }
  const cause = refusal;
  return new LedgerError('BAD_SIGNATURE', 'not signed by its creator', { txId, cause });
}

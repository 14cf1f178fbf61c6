/**
 * Fabric's failures in the port's words. Fabric passes on texts only, so this is the one place that
 * reads them; they are those of Fabric 2.5 to 3.1.
 */
import { status } from '@grpc/grpc-js';
import { type ErrorDetail, GatewayError } from '@hyperledger/fabric-gateway';
import { LedgerError, type LedgerErrorCode } from '../port.ts';

/** An endorser's refusal → what it means; the first that fits counts. */
const REFUSALS: readonly (readonly [RegExp, LedgerErrorCode])[] = [
  [/ProposalResponsePayloads do not match/, 'ENDORSEMENT_MISMATCH'],
  [/duplicate transaction found/, 'DUPLICATE_TRANSACTION'],
  [
    /code = (Unavailable|DeadlineExceeded)|connection refused|endorsing peers for org/,
    'UNAVAILABLE',
  ],
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

/** What the contract itself answered, after Fabric's own words. */
const CONTRACT_ANSWER = /^chaincode response \d+, (.*)$/s;
const CONTRACT_CODE = /^([A-Z][A-Z0-9_]*): /;

/** An error of any call but a submission. Anything that is no gateway error is handed back as it is. */
export function explainEndorsement(error: unknown, txId: string): unknown {
  if (!(error instanceof GatewayError)) return error;
  const context = { txId, cause: error };
  const failures = error.details;
  const answer = failures.map(({ message }) => CONTRACT_ANSWER.exec(message)?.[1]).find(Boolean);
  if (answer !== undefined) {
    const contractCode = CONTRACT_CODE.exec(answer)?.[1];
    return new LedgerError('CONTRACT', answer, {
      ...context,
      ...(contractCode === undefined ? {} : { contractCode }),
    });
  }
  const texts = failures.length > 0 ? failures.map(formatFailure) : [error.message];
  const refusal = REFUSALS.find(([pattern]) => texts.some((text) => pattern.test(text)));
  const code =
    refusal?.[1] ?? (TRANSIENT.includes(error.code) ? 'UNAVAILABLE' : 'ENDORSEMENT_FAILED');
  return new LedgerError(code, texts.join('; '), context);
}

/** Without the creator's certificate, which Fabric adds to some of its texts in hexadecimal. */
const formatFailure = ({ mspId, message }: ErrorDetail) =>
  `${mspId}: ${message.replace(/\. Creator \[[0-9a-f]*\]/, '')}`;

/**
 * An error of submitting. Only a refusal by every ordering node says that the transaction is not on
 * its way; anything else leaves its fate open: BFT ordering answers a duplicate with UNAVAILABLE.
 */
export function explainSubmission(error: unknown, txId: string): unknown {
  if (!(error instanceof GatewayError)) return error;
  const failures = error.details;
  const some = (pattern: RegExp) => failures.some(({ message }) => pattern.test(message));
  const code = some(/request already processed/)
    ? 'DUPLICATE_TRANSACTION'
    : failures.length > 0 && !some(/^(?!.*status=(FORBIDDEN|BAD_REQUEST))/s)
      ? 'NOT_ACCEPTED'
      : 'UNKNOWN';
  const text = failures.map(formatFailure).join('; ') || error.message;
  return new LedgerError(code, text, { txId, cause: error });
}

/** Whether asking again may help: the peer is not there, is busy, or did not answer in time. */
export const isTransient = (error: unknown): boolean =>
  error instanceof LedgerError && error.code === 'UNAVAILABLE';

const TRANSIENT = [
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.RESOURCE_EXHAUSTED,
  status.CANCELLED,
];

/** Whether the peer's gateway had answers, or none to ask for, and yet saw no policy met by them. */
export function isPlanless(error: unknown): boolean {
  const cause = error instanceof LedgerError ? error.cause : undefined;
  return (
    cause instanceof GatewayError && cause.code === status.ABORTED && cause.details.length === 0
  );
}

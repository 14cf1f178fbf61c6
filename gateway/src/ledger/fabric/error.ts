/** Failures of the peer's Gateway service in the port's words. */
import { status } from '@grpc/grpc-js';
import { type ErrorDetail, GatewayError } from '@hyperledger/fabric-gateway';
import { LedgerError } from '../port.ts';
import { classifyRefusal, contractError, withoutCreator } from './refusal.ts';

/** What the contract itself answered, after Fabric's own words. */
const CONTRACT_ANSWER = /^chaincode response \d+, (.*)$/s;

/** An error of any call but a submission. Anything that is no gateway error is handed back as it is. */
export function explainEndorsement(error: unknown, txId: string): unknown {
  if (!(error instanceof GatewayError)) return error;
  const failures = error.details;
  const context = { txId, cause: error, members: failures.map(({ mspId }) => mspId) };
  const answer = failures.map(({ message }) => CONTRACT_ANSWER.exec(message)?.[1]).find(Boolean);
  if (answer !== undefined) return contractError(answer, context);
  const texts = failures.length > 0 ? failures.map(formatFailure) : [error.message];
  const code =
    classifyRefusal(texts) ??
    (TRANSIENT.includes(error.code) ? 'UNAVAILABLE' : 'ENDORSEMENT_FAILED');
  return new LedgerError(code, texts.join('; '), context);
}

const formatFailure = ({ mspId, message }: ErrorDetail) => `${mspId}: ${withoutCreator(message)}`;

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

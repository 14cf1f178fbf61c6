/** What one peer answered to a proposal, in the port's words. */
import type { ProposalResponse } from 'fabric-common';
import {
  classifyRefusal,
  contractError,
  withoutCreator,
} from '../../gateway/src/ledger/fabric/refusal.ts';
import { LedgerError } from '../../gateway/src/ledger/port.ts';
import { CLOCK_SKEW } from './time-window.ts';

/** Fabric's own words before those of the contract, where the contract threw. */
const THROWN = /^(?:error in simulation: )?transaction returned with failure: (.*)$/s;
/** The peer could not have the contract execute it. */
const NOT_EXECUTED = /^(?:error in simulation|make sure the chaincode|failed to )/;

/**
 * @param mspId the member whose peer it is: named in the error's text.
 * @throws LedgerError unless the answer is an execution's result with status 200.
 */
export function assertExecuted(
  { response: { status, message } }: ProposalResponse,
  mspId: string,
  txId: string,
): void {
  if (status >= 200 && status < 400) return;
  if (message.startsWith(CLOCK_SKEW)) throw new LedgerError('CLOCK_SKEW', message, { txId });
  const thrown = THROWN.exec(message)?.[1];
  if (thrown !== undefined) throw contractError(thrown, { txId });
  if (!NOT_EXECUTED.test(message)) throw contractError(message, { txId });
  throw explainFailure(new Error(message), mspId, txId);
}

/** gRPC's and the SDK's own: nothing was heard of the peer, or in time. */
const AWAY =
  /REQUEST TIMEOUT|Failed to connect|is not connected|^(?:14 UNAVAILABLE|4 DEADLINE_EXCEEDED|8 RESOURCE_EXHAUSTED|1 CANCELLED)|could not launch chaincode|chaincode stream terminated|timeout expired/;

/** A call that failed, or an execution that did not take place. */
export function explainFailure(error: unknown, mspId: string, txId: string): LedgerError {
  if (error instanceof LedgerError) return error;
  const text = withoutCreator((error as Error).message);
  const code = classifyRefusal([text]) ?? (AWAY.test(text) ? 'UNAVAILABLE' : 'ENDORSEMENT_FAILED');
  return new LedgerError(code, `${mspId}: ${text}`, { txId, cause: error });
}

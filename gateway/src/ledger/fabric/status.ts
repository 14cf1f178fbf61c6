/** Whether and how a transaction was committed. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Gateway } from '@hyperledger/fabric-gateway';
import { validationCodeName } from '@tabellion/proof';
import { type CommitStatus, LedgerError } from '../port.ts';
import { explainEndorsement, isTransient } from './error.ts';
import type { Limiter } from './limiter.ts';
import { encodeStatusRequest } from './message.ts';
import type { FindPosition } from './positions.ts';

const RETRY_MS = 200;

export interface StatusContext {
  readonly channel: string;
  readonly gateway: Gateway;
  readonly limit: Limiter;
  /** `msp.SerializedIdentity` bytes of whom the gateway signs for. */
  readonly identity: Uint8Array;
  readonly findPosition: FindPosition;
}

/**
 * Asks for one transaction ID again and again until the peer knows, whatever happens to the connection
 * meanwhile. A submission that timed out is cleared up in the same way.
 * @throws LedgerError `UNKNOWN` when the signal ends the wait.
 */
export async function awaitStatus(
  context: StatusContext,
  txId: string,
  signal: AbortSignal,
): Promise<CommitStatus> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const end = () =>
    reject(new LedgerError('UNKNOWN', 'not known to be committed, which it may yet be', { txId }));
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([ended, pollStatus(context, txId, signal)]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

async function pollStatus(
  context: StatusContext,
  txId: string,
  signal: AbortSignal,
): Promise<CommitStatus> {
  for (;;) {
    try {
      return await context.limit(() => askStatus(context, txId));
    } catch (error) {
      const explained = explainEndorsement(error, txId);
      if (signal.aborted || !isTransient(explained)) throw explained;
    }
    await sleep(RETRY_MS);
  }
}

async function askStatus(
  { channel, gateway, identity, findPosition }: StatusContext,
  txId: string,
): Promise<CommitStatus> {
  const commit = gateway.newCommit(encodeStatusRequest(channel, txId, identity));
  const { blockNumber, code } = await commit.getStatus();
  const block = Number(blockNumber);
  const position = await findPosition(block, txId);
  return { txId, code: validationCodeName(code), block, position };
}

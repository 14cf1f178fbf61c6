/** Whether and how a transaction was committed, as the peer's Gateway service tells. */
import { type CallOptions, InterceptingCall, status } from '@grpc/grpc-js';
import type { Gateway } from '@hyperledger/fabric-gateway';
import { validationCodeName } from '@tabellion/proof';
import type { CommitStatus } from '../port.ts';
import { explainEndorsement } from './error.ts';
import type { Limiter } from './limiter.ts';
import { encodeStatusRequest } from './message.ts';
import type { FindPosition } from './positions.ts';
import { awaitKnown } from './wait.ts';

export interface StatusContext {
  readonly channel: string;
  readonly gateway: Gateway;
  readonly limit: Limiter;
  /** `msp.SerializedIdentity` bytes of whom the gateway signs for. */
  readonly identity: Uint8Array;
  readonly findPosition: FindPosition;
}

/** @throws LedgerError `UNKNOWN` when the signal ends the wait. */
export function awaitStatus(
  context: StatusContext,
  txId: string,
  signal: AbortSignal,
): Promise<CommitStatus> {
  const ask = () =>
    context
      .limit(() => askStatus(context, txId, signal), signal)
      .catch((error) => {
        throw explainEndorsement(error, txId);
      });
  return awaitKnown(ask, txId, signal);
}

async function askStatus(
  { channel, gateway, identity, findPosition }: StatusContext,
  txId: string,
  signal: AbortSignal,
): Promise<CommitStatus> {
  const commit = gateway.newCommit(encodeStatusRequest(channel, txId, identity));
  const { blockNumber, code } = await commit.getStatus(cancelBy(signal));
  const block = Number(blockNumber);
  const position = await findPosition(block, txId);
  return { txId, code: validationCodeName(code), block, position };
}

/**
 * The peer holds its answer back until the transaction is there, which may be never. A call that nobody
 * waits for any more would keep the place of one that somebody does.
 */
const cancelBy = (signal: AbortSignal): CallOptions => ({
  interceptors: [
    (options, nextCall) => {
      const cancel = () => call.cancelWithStatus(status.CANCELLED, 'nobody waits any more');
      const call = new InterceptingCall(nextCall(options), {
        start(metadata, _listener, next) {
          signal.addEventListener('abort', cancel, { once: true });
          next(metadata, {
            onReceiveStatus(result, pass) {
              signal.removeEventListener('abort', cancel);
              pass(result);
            },
          });
          if (signal.aborted) cancel();
        },
      });
      return call;
    },
  ],
});

/** Events of a block's valid transactions, in block order. */
import { readCommitted } from '../committed.ts';
import type { ChaincodeEvent } from '../port.ts';

/** @throws Error when the bytes are not a validated block. */
export function readEvents(bytes: Uint8Array, chaincode: string): ChaincodeEvent[] {
  const { number, transactions } = readCommitted(bytes);
  return transactions.flatMap(({ txId, event }) =>
    event?.chaincode === chaincode
      ? [{ block: number, txId, name: event.name, payload: event.payload }]
      : [],
  );
}

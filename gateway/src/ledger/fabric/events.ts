/** Events of a block's valid transactions, in block order. */
import {
  HEADER_TYPE,
  readBlock,
  readEnvelope,
  readEnvelopeHeader,
  validationCodeName,
} from '@tabellion/proof';
import type { ChaincodeEvent } from '../port.ts';

/** @throws FabricError when the bytes are not a validated block. */
export function readEvents(bytes: Uint8Array, chaincode: string): ChaincodeEvent[] {
  const { number, envelopes, validationCodes } = readBlock(bytes);
  return envelopes.flatMap((envelope, position) => {
    if (validationCodeName(validationCodes[position] ?? -1) !== 'VALID') return [];
    const { type, chaincode: called } = readEnvelopeHeader(envelope);
    if (type !== HEADER_TYPE.ENDORSER_TRANSACTION || called !== chaincode) return [];
    const { event, txId } = readEnvelope(envelope);
    return event ? [{ block: number, txId, name: event.name, payload: event.payload }] : [];
  });
}

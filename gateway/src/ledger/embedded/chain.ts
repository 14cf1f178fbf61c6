/** What stands in the chain of blocks: its events, and whether its end fits. */
import {
  blockDataHash,
  blockHeaderHash,
  equalBytes,
  HEADER_TYPE,
  readBlock,
  readEnvelope,
  readEnvelopeHeader,
  validationCodeName,
} from '@tabellion/proof';
import { type ChaincodeEvent, LedgerError } from '../port.ts';
import type { Store } from './store/store.ts';

/** Events of the valid transactions of a block, in their order. */
export function* readEvents(bytes: Uint8Array): Generator<ChaincodeEvent> {
  const block = readBlock(bytes);
  for (const [position, envelope] of block.envelopes.entries()) {
    if (validationCodeName(block.validationCodes[position]!) !== 'VALID') continue;
    if (readEnvelopeHeader(envelope).type !== HEADER_TYPE.ENDORSER_TRANSACTION) continue;
    const { event, txId } = readEnvelope(envelope);
    if (event) yield { block: block.number, txId, name: event.name, payload: event.payload };
  }
}

/**
 * The last block must follow from the one before it and hold what its header says.
 * @throws LedgerError `UNAVAILABLE`.
 */
export function assertLinked(store: Store): void {
  const height = store.height();
  if (height === 0) return;
  const last = readBlock(store.block(height - 1)!);
  const previous =
    height > 1 ? blockHeaderHash(readBlock(store.block(height - 2)!)) : new Uint8Array();
  const isLinked =
    equalBytes(last.previousHash, previous) &&
    equalBytes(last.dataHash, blockDataHash(last.envelopes));
  if (!isLinked) throw new LedgerError('UNAVAILABLE', 'the last block does not link');
}

/** The part of a block that the projection keeps: valid transactions of our chaincode. */
import {
  blockHeaderHash,
  readBlock,
  readEnvelope,
  readEnvelopeHeader,
  validationCodeName,
} from '@tabellion/proof';

export interface ProjectedTransaction {
  /** Position in the block. */
  readonly position: number;
  readonly txId: string;
  /** Transaction time, milliseconds since 1970: the client's claim (O-2). */
  readonly at: number;
  /** In the order of the write set; null deletes. */
  readonly writes: readonly { readonly key: string; readonly value: Uint8Array | null }[];
  readonly event: { readonly name: string; readonly payload: Uint8Array } | null;
}

export interface ProjectedBlock {
  readonly number: number;
  readonly hash: Uint8Array;
  readonly previousHash: Uint8Array;
  readonly transactions: readonly ProjectedTransaction[];
}

/** @throws FabricError for a block, or a valid transaction of ours, that cannot be read. */
export function readProjectedBlock(bytes: Uint8Array, chaincode: string): ProjectedBlock {
  const block = readBlock(bytes);
  return {
    number: block.number,
    hash: blockHeaderHash(block),
    previousHash: block.previousHash,
    transactions: block.envelopes.flatMap((envelope, position) => {
      const code = validationCodeName(block.validationCodes[position] ?? -1);
      if (code !== 'VALID' || readEnvelopeHeader(envelope).chaincode !== chaincode) return [];
      return [readTransaction(envelope, position, chaincode)];
    }),
  };
}

function readTransaction(
  envelope: Uint8Array,
  position: number,
  chaincode: string,
): ProjectedTransaction {
  const { txId, timestampMs, rwset, event } = readEnvelope(envelope);
  return {
    position,
    txId,
    at: timestampMs,
    writes: rwset
      .filter((set) => set.namespace === chaincode)
      .flatMap((set) => set.writes)
      .map(({ key, isDelete, value }) => ({ key, value: isDelete ? null : value })),
    event: event && { name: event.name, payload: event.payload },
  };
}

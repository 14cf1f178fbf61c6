/**
 * What a block's valid transactions left, read as leniently as the peers that validated it. Encodings
 * that nothing signs are the submitter's choice, and whoever submits can add fields that nobody knows:
 * peers accept that, so whoever follows the chain must, or one person could stop every gateway. What is
 * proven to others is read by `@tabellion/proof`, which takes one encoding only.
 */
import { common, ledger, peer } from '@hyperledger/fabric-protos';
import { blockHeaderHash, HEADER_TYPE, readBlock, validationCodeName } from '@tabellion/proof';

export interface CommittedTransaction {
  /** Position in the block. */
  readonly position: number;
  readonly txId: string;
  /** Transaction time, milliseconds since 1970: the client's claim (O-2). */
  readonly at: number;
  /** Into the namespaces asked for, in the order of the write sets; null deletes. */
  readonly writes: readonly {
    readonly namespace: string;
    readonly key: string;
    readonly value: Uint8Array | null;
  }[];
  /** Of whichever chaincode was called. */
  readonly event: {
    readonly chaincode: string;
    readonly name: string;
    readonly payload: Uint8Array;
  } | null;
}

export interface CommittedBlock {
  readonly number: number;
  readonly hash: Uint8Array;
  readonly previousHash: Uint8Array;
  /** Whether it carries a configuration of the channel. */
  readonly isConfiguration: boolean;
  /** Valid ones that call a chaincode, whichever. */
  readonly transactions: readonly CommittedTransaction[];
}

/** @throws Error for what no peer can have validated: then these are not the blocks of one. */
export function readCommitted(bytes: Uint8Array, ...namespaces: string[]): CommittedBlock {
  const block = readBlock(bytes);
  let isConfiguration = false;
  const transactions = block.envelopes.flatMap((envelope, position) => {
    // Block 0 was validated by nobody; what was found invalid may not even be readable.
    const code = validationCodeName(block.validationCodes[position] ?? -1);
    if (code !== 'VALID' && block.number > 0) return [];
    const { payload, header } = openEnvelope(envelope);
    if (header.getType() === HEADER_TYPE.CONFIG) isConfiguration = true;
    if (header.getType() !== HEADER_TYPE.ENDORSER_TRANSACTION) return [];
    const time = header.getTimestamp();
    const at = (time?.getSeconds() ?? 0) * 1000 + Math.floor((time?.getNanos() ?? 0) / 1_000_000);
    const txId = header.getTxId();
    return [{ position, txId, at, ...readAction(payload.getData_asU8(), namespaces) }];
  });
  const { number, previousHash } = block;
  return { number, previousHash, hash: blockHeaderHash(block), isConfiguration, transactions };
}

/** Of any transaction in a block; undefined where it was found invalid for being no transaction. */
export function findTxId(envelope: Uint8Array): string | undefined {
  try {
    return openEnvelope(envelope).header.getTxId();
  } catch {
    return undefined;
  }
}

function openEnvelope(bytes: Uint8Array) {
  const envelope = common.Envelope.deserializeBinary(bytes);
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  const channelHeader = payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array();
  return { payload, header: common.ChannelHeader.deserializeBinary(channelHeader) };
}

/** Of the one action that a valid transaction has. */
function readAction(data: Uint8Array, namespaces: readonly string[]) {
  const [first] = peer.Transaction.deserializeBinary(data).getActionsList();
  const payload = peer.ChaincodeActionPayload.deserializeBinary(
    first?.getPayload_asU8() ?? new Uint8Array(),
  );
  const answer = peer.ProposalResponsePayload.deserializeBinary(
    payload.getAction()?.getProposalResponsePayload_asU8() ?? new Uint8Array(),
  );
  const action = peer.ChaincodeAction.deserializeBinary(answer.getExtension_asU8());
  const event = peer.ChaincodeEvent.deserializeBinary(action.getEvents_asU8());
  const { TxReadWriteSet } = ledger.rwset;
  const sets = TxReadWriteSet.deserializeBinary(action.getResults_asU8()).getNsRwsetList();
  return {
    writes: sets
      .filter((set) => namespaces.includes(set.getNamespace()))
      .flatMap((set) => readWrites(set.getNamespace(), set.getRwset_asU8())),
    event: event.getEventName()
      ? {
          chaincode: event.getChaincodeId(),
          name: event.getEventName(),
          payload: event.getPayload_asU8(),
        }
      : null,
  };
}

const readWrites = (namespace: string, bytes: Uint8Array) =>
  ledger.rwset.kvrwset.KVRWSet.deserializeBinary(bytes)
    .getWritesList()
    .map((write) => ({
      namespace,
      key: write.getKey(),
      value: write.getIsDelete() ? null : write.getValue_asU8(),
    }));

/** The two headers that every envelope and proposal carries, and what is computed from them. */
import { concatBytes, equalBytes, toHex } from '../bytes/encoding.ts';
import { sha256 } from '../crypto/provider.ts';
import { FabricError } from './error.ts';
import { readIdentity, type SerializedIdentity } from './identity.ts';
import { common, type Decode, decodeExact, proposal, required } from './message.ts';

export const HEADER_TYPE = { CONFIG: 1, ENDORSER_TRANSACTION: 3 } as const;

export interface TransactionHeader {
  /** `common.HeaderType`. */
  readonly type: number;
  readonly channel: string;
  readonly txId: string;
  /** Milliseconds since 1970, fractions cut off: the creator's claim. */
  readonly timestampMs: number;
  /** Chaincode named by the header's extension; empty for configurations. */
  readonly chaincode: string;
  readonly creator: SerializedIdentity;
  readonly nonce: Uint8Array;
  /** Exact bytes, the first part of what the proposal hash covers. */
  readonly channelHeader: Uint8Array;
  /** Exact bytes, the second part. */
  readonly signatureHeader: Uint8Array;
}

type HeaderMessage = InstanceType<typeof common.Header>;

/** Reads an already decoded `common.Header`. @throws FabricError. */
export function readHeader(header: HeaderMessage, decode: Decode = decodeExact): TransactionHeader {
  const channelHeader = header.getChannelHeader_asU8();
  const signatureHeader = header.getSignatureHeader_asU8();
  const channel = decode(common.ChannelHeader, channelHeader, 'channel header');
  const signature = decode(common.SignatureHeader, signatureHeader, 'signature header');
  const time = required(channel.getTimestamp(), 'timestamp');
  const [seconds, nanos] = [time.getSeconds(), time.getNanos()];
  if (seconds < 0 || nanos < 0 || nanos >= 1_000_000_000) {
    throw new FabricError('FABRIC_MALFORMED', 'timestamp out of range');
  }
  return {
    type: channel.getType(),
    channel: channel.getChannelId(),
    txId: channel.getTxId(),
    timestampMs: seconds * 1000 + Math.floor(nanos / 1_000_000),
    chaincode: readExtension(channel.getType(), channel.getExtension_asU8(), decode),
    creator: readIdentity(signature.getCreator_asU8(), decode),
    nonce: signature.getNonce_asU8(),
    channelHeader,
    signatureHeader,
  };
}

function readExtension(type: number, bytes: Uint8Array, decode: Decode): string {
  if (type !== HEADER_TYPE.ENDORSER_TRANSACTION) return '';
  const extension = decode(proposal.ChaincodeHeaderExtension, bytes, 'header extension');
  return required(extension.getChaincodeId(), 'chaincode of the header').getName();
}

/** Hex SHA-256(nonce ‖ creator), as Fabric's `protoutil.ComputeTxID`. */
export function computeTxId(nonce: Uint8Array, creator: Uint8Array): string {
  return toHex(sha256(concatBytes(nonce, creator)));
}

/**
 * SHA-256(channel header ‖ signature header ‖ chaincode proposal payload without transient input), as
 * Fabric's `protoutil.GetProposalHash2`. Of all that endorsers sign only this binds the channel.
 */
export function computeProposalHash(
  channelHeader: Uint8Array,
  signatureHeader: Uint8Array,
  proposalPayload: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return sha256(concatBytes(channelHeader, signatureHeader, proposalPayload));
}

/** @throws FabricError `FABRIC_TX_ID` unless the header's transaction ID is the computed one. */
export function assertTxId(header: TransactionHeader): void {
  if (header.txId !== computeTxId(header.nonce, header.creator.bytes)) {
    throw new FabricError('FABRIC_TX_ID', 'the transaction ID does not follow from its creator');
  }
}

/** @throws FabricError `FABRIC_ACTION_HEADER` unless the action repeats the signature header. */
export function assertActionHeader(header: TransactionHeader, actionHeader: Uint8Array): void {
  if (!equalBytes(actionHeader, header.signatureHeader)) {
    throw new FabricError('FABRIC_ACTION_HEADER', 'the action has a signature header of its own');
  }
}

/**
 * Fabric's proposal: what a person signs first. Pure; nonce and time come in as arguments, so that the
 * key's owner, the gateway and the tests build the same bytes.
 */
import { common, peer } from '@hyperledger/fabric-protos';
import { computeTxId } from '@tabellion/proof';
import timestampPb from 'google-protobuf/google/protobuf/timestamp_pb.js';
import type { PreparedProposal, ProposalRequest } from './port.ts';

/** Bytes of randomness in a proposal, as Fabric's clients use. */
export const NONCE_BYTES = 24;

export interface ProposalInput extends ProposalRequest {
  readonly channel: string;
  readonly chaincode: string;
  /** {@link NONCE_BYTES} random bytes. */
  readonly nonce: Uint8Array;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly at: number;
}

export function buildProposal(input: ProposalInput): PreparedProposal {
  const txId = computeTxId(input.nonce, input.creator);
  const chaincodeId = new peer.ChaincodeID();
  chaincodeId.setName(input.chaincode);

  const extension = new peer.ChaincodeHeaderExtension();
  extension.setChaincodeId(chaincodeId);
  const timestamp = new timestampPb.Timestamp();
  timestamp.setSeconds(Math.floor(input.at / 1000));
  timestamp.setNanos((input.at % 1000) * 1_000_000);
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.ENDORSER_TRANSACTION);
  channelHeader.setTimestamp(timestamp);
  channelHeader.setChannelId(input.channel);
  channelHeader.setTxId(txId);
  channelHeader.setExtension$(extension.serializeBinary());

  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(input.creator);
  signatureHeader.setNonce(input.nonce);
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());

  const chaincodeInput = new peer.ChaincodeInput();
  chaincodeInput.setArgsList([Buffer.from(input.transaction, 'utf8'), ...input.args]);
  const spec = new peer.ChaincodeSpec();
  spec.setType(peer.ChaincodeSpec.Type.NODE);
  spec.setChaincodeId(chaincodeId);
  spec.setInput(chaincodeInput);
  const invocation = new peer.ChaincodeInvocationSpec();
  invocation.setChaincodeSpec(spec);
  const payload = new peer.ChaincodeProposalPayload();
  payload.setInput(invocation.serializeBinary());
  for (const [name, value] of Object.entries(input.transient ?? {})) {
    payload.getTransientmapMap().set(name, value);
  }

  const proposal = new peer.Proposal();
  proposal.setHeader(header.serializeBinary());
  proposal.setPayload(payload.serializeBinary());
  return { txId, proposal: proposal.serializeBinary() };
}

/** The messages of the peer's Gateway service, from and to the port's plain bytes. */
import { common, gateway, peer } from '@hyperledger/fabric-protos';
import type { EndorsedTransaction, Signed } from '../port.ts';

/** `gateway.ProposedTransaction` bytes; without endorsers the peer's gateway picks them. */
export function encodeProposed(
  txId: string,
  proposal: Uint8Array,
  endorsers: readonly string[],
): Uint8Array {
  const signed = new peer.SignedProposal();
  signed.setProposalBytes(proposal);
  const message = new gateway.ProposedTransaction();
  message.setTransactionId(txId);
  message.setProposal(signed);
  message.setEndorsingOrganizationsList([...endorsers]);
  return message.serializeBinary();
}

/** `gateway.PreparedTransaction` bytes of a transaction's payload. */
export function encodePrepared(txId: string, { bytes }: Signed): Uint8Array {
  const envelope = new common.Envelope();
  envelope.setPayload(bytes);
  const message = new gateway.PreparedTransaction();
  message.setTransactionId(txId);
  message.setEnvelope(envelope);
  return message.serializeBinary();
}

/** What the gateway made of a proposal: `gateway.PreparedTransaction` bytes and the result in them. */
export function decodePrepared(bytes: Uint8Array, result: Uint8Array): EndorsedTransaction {
  const message = gateway.PreparedTransaction.deserializeBinary(bytes);
  const payload = message.getEnvelope()?.getPayload_asU8() ?? new Uint8Array();
  return { txId: message.getTransactionId(), payload, result };
}

/** `gateway.SignedCommitStatusRequest` bytes, yet to be signed. */
export function encodeStatusRequest(
  channel: string,
  txId: string,
  identity: Uint8Array,
): Uint8Array {
  const request = new gateway.CommitStatusRequest();
  request.setTransactionId(txId);
  request.setChannelId(channel);
  request.setIdentity(identity);
  const message = new gateway.SignedCommitStatusRequest();
  message.setRequest(request.serializeBinary());
  return message.serializeBinary();
}

/** Fabric's transaction: the proposal, the result that endorsers signed, and their signatures. */
import { common, peer } from '@hyperledger/fabric-protos';
import { readEnvelopeHeader, stripTransient } from '@tabellion/proof';
import { LedgerError, type Signed } from './port.ts';

/** The parts of a proposal that its transaction repeats byte for byte. */
export interface ProposalParts {
  readonly channelHeader: Uint8Array;
  readonly signatureHeader: Uint8Array;
  /** `peer.ChaincodeProposalPayload` without transient input. */
  readonly chaincodePayload: Uint8Array;
}

/** Cuts `peer.Proposal` bytes that are known to decode. */
export function cutProposal(bytes: Uint8Array): ProposalParts {
  const proposal = peer.Proposal.deserializeBinary(bytes);
  const header = common.Header.deserializeBinary(proposal.getHeader_asU8());
  return {
    channelHeader: header.getChannelHeader_asU8(),
    signatureHeader: header.getSignatureHeader_asU8(),
    chaincodePayload: stripTransient(proposal.getPayload_asU8()),
  };
}

/** One member's signature over a result. */
export interface SignedResult {
  /** `msp.SerializedIdentity` bytes. */
  readonly endorser: Uint8Array;
  /** Over the response payload's bytes ‖ `endorser`. */
  readonly signature: Uint8Array;
}

/** `common.Payload` bytes of an endorser transaction. */
export function encodeTransaction(
  proposal: ProposalParts,
  responsePayload: Uint8Array,
  endorsements: readonly SignedResult[],
): Uint8Array {
  const endorsed = new peer.ChaincodeEndorsedAction();
  endorsed.setProposalResponsePayload(responsePayload);
  endorsed.setEndorsementsList(
    endorsements.map(({ endorser, signature }) => {
      const message = new peer.Endorsement();
      message.setEndorser(endorser);
      message.setSignature(signature);
      return message;
    }),
  );
  const actionPayload = new peer.ChaincodeActionPayload();
  actionPayload.setChaincodeProposalPayload(proposal.chaincodePayload);
  actionPayload.setAction(endorsed);
  const action = new peer.TransactionAction();
  action.setHeader(proposal.signatureHeader);
  action.setPayload(actionPayload.serializeBinary());
  const transaction = new peer.Transaction();
  transaction.setActionsList([action]);

  const header = new common.Header();
  header.setChannelHeader(proposal.channelHeader);
  header.setSignatureHeader(proposal.signatureHeader);
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(transaction.serializeBinary());
  return payload.serializeBinary();
}

export function encodeEnvelope(payload: Uint8Array, signature: Uint8Array): Uint8Array {
  const envelope = new common.Envelope();
  envelope.setPayload(payload);
  envelope.setSignature(signature);
  return envelope.serializeBinary();
}

/** ID of a transaction's payload. @throws LedgerError `BAD_PROPOSAL`. */
export function readTxId({ bytes, signature }: Signed): string {
  try {
    return readEnvelopeHeader(encodeEnvelope(bytes, signature)).txId;
  } catch (cause) {
    throw new LedgerError('BAD_PROPOSAL', 'not the payload of a transaction', { cause });
  }
}

/** `peer.ProposalResponsePayload` bytes: what every endorser signs. */
export function encodeResponsePayload(result: {
  readonly proposalHash: Uint8Array;
  readonly chaincode: string;
  readonly version: string;
  readonly response: peer.Response;
  readonly rwset: Uint8Array;
  /** `peer.ChaincodeEvent` bytes; empty without an event. */
  readonly event: Uint8Array;
}): Uint8Array {
  const id = new peer.ChaincodeID();
  id.setName(result.chaincode);
  id.setVersion(result.version);
  const action = new peer.ChaincodeAction();
  action.setResults(result.rwset);
  action.setEvents(result.event);
  action.setResponse(result.response);
  action.setChaincodeId(id);
  const payload = new peer.ProposalResponsePayload();
  payload.setProposalHash(result.proposalHash);
  payload.setExtension$(action.serializeBinary());
  return payload.serializeBinary();
}

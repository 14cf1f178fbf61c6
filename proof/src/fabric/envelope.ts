/** Endorser transactions: what was asked, what the endorsers answered, and who they are. */
import { equalBytes } from '../bytes/encoding.ts';
import { FabricError } from './error.ts';
import {
  assertActionHeader,
  assertTxId,
  computeProposalHash,
  HEADER_TYPE,
  readHeader,
  type TransactionHeader,
} from './header.ts';
import { readIdentity, type SerializedIdentity } from './identity.ts';
import { readInvocation } from './invocation.ts';
import {
  chaincodeEvent,
  common,
  type Decode,
  decodeExact,
  decodeLoose,
  proposal,
  proposalResponse,
  required,
  transaction,
} from './message.ts';
import { type NamespaceRwset, readRwset } from './rwset.ts';

export interface Endorsement {
  readonly endorser: SerializedIdentity;
  /** ECDSA over proposal response payload ‖ endorser bytes. */
  readonly signature: Uint8Array;
}

export interface TransactionEvent {
  readonly chaincode: string;
  readonly txId: string;
  readonly name: string;
  readonly payload: Uint8Array;
}

export interface Transaction extends Omit<TransactionHeader, 'chaincode'> {
  /** Exact `common.Payload` bytes, which the creator signs. */
  readonly payloadBytes: Uint8Array;
  readonly chaincode: string;
  /** The function name first, then its arguments. */
  readonly args: readonly Uint8Array[];
  /** The hash that the endorsers signed; {@link readTransaction} has recomputed it. */
  readonly proposalHash: Uint8Array;
  readonly response: {
    readonly status: number;
    readonly message: string;
    readonly payload: Uint8Array;
  };
  readonly rwset: readonly NamespaceRwset[];
  readonly event: TransactionEvent | null;
  /** Exact `peer.ProposalResponsePayload` bytes, the first part of what endorsers sign. */
  readonly responsePayloadBytes: Uint8Array;
  readonly endorsements: readonly Endorsement[];
}

export interface Envelope extends Transaction {
  /** The creator's signature over `payloadBytes`; empty in an attestation. */
  readonly signature: Uint8Array;
}

/** Reads the `common.Envelope` bytes of an endorser transaction. @throws FabricError. */
export const readEnvelope = (bytes: Uint8Array): Envelope => readEnvelopeBy(bytes, decodeExact);

/**
 * The same as a peer reads it at commit: whatever the encoding. Nothing is proven by such a transaction
 * to others; it is for who judges anew what peers found valid.
 * @throws FabricError.
 */
export const readCommittedEnvelope = (bytes: Uint8Array): Envelope =>
  readEnvelopeBy(bytes, decodeLoose);

function readEnvelopeBy(bytes: Uint8Array, decode: Decode): Envelope {
  const envelope = decode(common.Envelope, bytes, 'envelope');
  return {
    ...readTransaction(envelope.getPayload_asU8(), decode),
    signature: envelope.getSignature_asU8(),
  };
}

/** Reads only the headers, of an envelope of any type. @throws FabricError. */
export const readEnvelopeHeader = (bytes: Uint8Array): TransactionHeader =>
  readEnvelopeHeaderBy(bytes, decodeExact);

/** The same as a peer reads it: see {@link readCommittedEnvelope}. @throws FabricError. */
export const readCommittedHeader = (bytes: Uint8Array): TransactionHeader =>
  readEnvelopeHeaderBy(bytes, decodeLoose);

function readEnvelopeHeaderBy(bytes: Uint8Array, decode: Decode): TransactionHeader {
  const envelope = decode(common.Envelope, bytes, 'envelope');
  const payload = decode(common.Payload, envelope.getPayload_asU8(), 'payload');
  return readHeader(required(payload.getHeader(), 'header'), decode);
}

/**
 * Reads the `common.Payload` bytes of an endorser transaction with exactly one action, whose parts
 * belong together: transaction ID, proposal hash, chaincode names and repeated header agree.
 * Signatures are not judged here.
 * @throws FabricError.
 */
export function readTransaction(
  payloadBytes: Uint8Array,
  decode: Decode = decodeExact,
): Transaction {
  const payload = decode(common.Payload, payloadBytes, 'payload');
  const header = readHeader(required(payload.getHeader(), 'header'), decode);
  if (header.type !== HEADER_TYPE.ENDORSER_TRANSACTION) {
    throw new FabricError('FABRIC_UNSUPPORTED', 'not an endorser transaction');
  }
  assertTxId(header);
  const body = decode(transaction.Transaction, payload.getData_asU8(), 'transaction');
  const [action, ...more] = body.getActionsList();
  if (more.length > 0) throw new FabricError('FABRIC_UNSUPPORTED', 'more than one action');
  const actionHeader = required(action, 'action').getHeader_asU8();
  if (decode === decodeExact) assertActionHeader(header, actionHeader);
  const signed = { ...header, signatureHeader: actionHeader };
  return { ...header, payloadBytes, ...readAction(signed, action!.getPayload_asU8(), decode) };
}

/** @param header with the signature header that the action repeats: what the endorsers answered to. */
function readAction(header: TransactionHeader, bytes: Uint8Array, decode: Decode) {
  const payload = decode(transaction.ChaincodeActionPayload, bytes, 'action payload');
  const endorsed = required(payload.getAction(), 'endorsed action');
  const asked = payload.getChaincodeProposalPayload_asU8();
  const invocation = readInvocation(asked, decode);
  if (decode === decodeExact && invocation.transient.size > 0) {
    throw new FabricError('FABRIC_UNSUPPORTED', 'transient input outside a proposal');
  }
  const responsePayloadBytes = endorsed.getProposalResponsePayload_asU8();
  const answer = readAnswer(responsePayloadBytes, decode);
  if (
    header.chaincode !== invocation.chaincode ||
    invocation.chaincode !== answer.chaincode ||
    (answer.event !== null && answer.event.chaincode !== answer.chaincode)
  ) {
    throw new FabricError('FABRIC_CHAINCODE', 'the parts name different chaincodes');
  }
  const expected = computeProposalHash(header.channelHeader, header.signatureHeader, asked);
  if (!equalBytes(expected, answer.proposalHash)) {
    throw new FabricError('FABRIC_PROPOSAL_HASH', 'the endorsers answered another proposal');
  }
  return {
    ...answer,
    args: invocation.args,
    responsePayloadBytes,
    endorsements: endorsed.getEndorsementsList().map((endorsement) => ({
      endorser: readIdentity(endorsement.getEndorser_asU8(), decode),
      signature: endorsement.getSignature_asU8(),
    })),
  };
}

function readAnswer(bytes: Uint8Array, decode: Decode) {
  const answer = decode(proposalResponse.ProposalResponsePayload, bytes, 'response payload');
  const action = decode(proposal.ChaincodeAction, answer.getExtension_asU8(), 'action');
  const response = required(action.getResponse(), 'response');
  return {
    proposalHash: answer.getProposalHash_asU8(),
    chaincode: required(action.getChaincodeId(), 'chaincode of the action').getName(),
    response: {
      status: response.getStatus(),
      message: response.getMessage(),
      payload: response.getPayload_asU8(),
    },
    rwset: readRwset(action.getResults_asU8(), decode),
    event: readEvent(action.getEvents_asU8(), decode),
  };
}

function readEvent(bytes: Uint8Array, decode: Decode): TransactionEvent | null {
  if (bytes.length === 0) return null;
  const event = decode(chaincodeEvent.ChaincodeEvent, bytes, 'event');
  return {
    chaincode: event.getChaincodeId(),
    txId: event.getTxId(),
    name: event.getEventName(),
    payload: event.getPayload_asU8(),
  };
}

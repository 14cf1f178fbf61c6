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
  decodeExact,
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
export function readEnvelope(bytes: Uint8Array): Envelope {
  const envelope = decodeExact(common.Envelope, bytes, 'envelope');
  return {
    ...readTransaction(envelope.getPayload_asU8()),
    signature: envelope.getSignature_asU8(),
  };
}

/** Reads only the headers, of an envelope of any type. @throws FabricError. */
export function readEnvelopeHeader(bytes: Uint8Array): TransactionHeader {
  const envelope = decodeExact(common.Envelope, bytes, 'envelope');
  const payload = decodeExact(common.Payload, envelope.getPayload_asU8(), 'payload');
  return readHeader(required(payload.getHeader(), 'header'));
}

/**
 * Reads the `common.Payload` bytes of an endorser transaction with exactly one action, whose parts
 * belong together: transaction ID, proposal hash, chaincode names and repeated header agree.
 * Signatures are not judged here.
 * @throws FabricError.
 */
export function readTransaction(payloadBytes: Uint8Array): Transaction {
  const payload = decodeExact(common.Payload, payloadBytes, 'payload');
  const header = readHeader(required(payload.getHeader(), 'header'));
  if (header.type !== HEADER_TYPE.ENDORSER_TRANSACTION) {
    throw new FabricError('FABRIC_UNSUPPORTED', 'not an endorser transaction');
  }
  assertTxId(header);
  const body = decodeExact(transaction.Transaction, payload.getData_asU8(), 'transaction');
  const [action, ...more] = body.getActionsList();
  if (more.length > 0) throw new FabricError('FABRIC_UNSUPPORTED', 'more than one action');
  assertActionHeader(header, required(action, 'action').getHeader_asU8());
  return { ...header, payloadBytes, ...readAction(header, action!.getPayload_asU8()) };
}

function readAction(header: TransactionHeader, bytes: Uint8Array) {
  const payload = decodeExact(transaction.ChaincodeActionPayload, bytes, 'action payload');
  const endorsed = required(payload.getAction(), 'endorsed action');
  const asked = payload.getChaincodeProposalPayload_asU8();
  const invocation = readInvocation(asked);
  if (invocation.transient.size > 0) {
    throw new FabricError('FABRIC_UNSUPPORTED', 'transient input outside a proposal');
  }
  const responsePayloadBytes = endorsed.getProposalResponsePayload_asU8();
  const answer = readAnswer(responsePayloadBytes);
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
      endorser: readIdentity(endorsement.getEndorser_asU8()),
      signature: endorsement.getSignature_asU8(),
    })),
  };
}

function readAnswer(bytes: Uint8Array) {
  const answer = decodeExact(proposalResponse.ProposalResponsePayload, bytes, 'response payload');
  const action = decodeExact(proposal.ChaincodeAction, answer.getExtension_asU8(), 'action');
  const response = required(action.getResponse(), 'response');
  return {
    proposalHash: answer.getProposalHash_asU8(),
    chaincode: required(action.getChaincodeId(), 'chaincode of the action').getName(),
    response: {
      status: response.getStatus(),
      message: response.getMessage(),
      payload: response.getPayload_asU8(),
    },
    rwset: readRwset(action.getResults_asU8()),
    event: readEvent(action.getEvents_asU8()),
  };
}

function readEvent(bytes: Uint8Array): TransactionEvent | null {
  if (bytes.length === 0) return null;
  const event = decodeExact(chaincodeEvent.ChaincodeEvent, bytes, 'event');
  return {
    chaincode: event.getChaincodeId(),
    txId: event.getTxId(),
    name: event.getEventName(),
    payload: event.getPayload_asU8(),
  };
}

/** What a proposal asks of which chaincode, and the proposal itself. */
import { FabricError } from './error.ts';
import { assertTxId, computeProposalHash, readHeader, type TransactionHeader } from './header.ts';
import { chaincode, common, type Decode, decodeExact, proposal, required } from './message.ts';

export interface Invocation {
  readonly chaincode: string;
  /** The function name first, then its arguments. */
  readonly args: readonly Uint8Array[];
  /** Transient input; empty in everything that leaves the endorsers. */
  readonly transient: ReadonlyMap<string, Uint8Array>;
}

/** Reads `peer.ChaincodeProposalPayload` bytes. @throws FabricError. */
export function readInvocation(bytes: Uint8Array, decode: Decode = decodeExact): Invocation {
  const payload = decode(proposal.ChaincodeProposalPayload, bytes, 'proposal payload');
  const specBytes = payload.getInput_asU8();
  const invocation = decode(chaincode.ChaincodeInvocationSpec, specBytes, 'invocation');
  const spec = required(invocation.getChaincodeSpec(), 'chaincode specification');
  const input = required(spec.getInput(), 'chaincode input');
  // Endorsers set decorations themselves, and peers take whatever a client has put there.
  const isPlain = !input.getIsInit() && input.getDecorationsMap().getLength() === 0;
  if (decode === decodeExact && !isPlain) {
    throw new FabricError('FABRIC_UNSUPPORTED', 'initialisation and decorations are not used');
  }
  const transient = new Map<string, Uint8Array>();
  payload.getTransientmapMap().forEach((value, key) => {
    transient.set(key, value as Uint8Array);
  });
  return {
    chaincode: required(spec.getChaincodeId(), 'chaincode of the input').getName(),
    args: input.getArgsList_asU8(),
    transient,
  };
}

export interface Proposal extends TransactionHeader {
  readonly invocation: Invocation;
  /** What every endorser of this proposal signs. */
  readonly proposalHash: Uint8Array;
}

/**
 * Reads `peer.Proposal` bytes, transient input included.
 * @throws FabricError also when transaction ID or chaincode names do not agree.
 */
export function readProposal(bytes: Uint8Array): Proposal {
  const message = decodeExact(proposal.Proposal, bytes, 'proposal');
  const header = readHeader(decodeExact(common.Header, message.getHeader_asU8(), 'header'));
  const invocation = readInvocation(message.getPayload_asU8());
  assertTxId(header);
  if (header.chaincode !== invocation.chaincode) {
    throw new FabricError('FABRIC_CHAINCODE', 'header and input name different chaincodes');
  }
  return {
    ...header,
    invocation,
    proposalHash: computeProposalHash(
      header.channelHeader,
      header.signatureHeader,
      stripTransient(message.getPayload_asU8()),
    ),
  };
}

/** The proposal payload as endorsers hash it and as envelopes carry it. */
export function stripTransient(proposalPayload: Uint8Array): Uint8Array {
  const stripped = decodeExact(proposal.ChaincodeProposalPayload, proposalPayload, 'payload');
  stripped.clearTransientmapMap();
  return stripped.serializeBinary();
}

/**
 * Fabric's protobuf messages, read so that each has one encoding only: what decodes must encode to
 * the same bytes again. Only the plain message modules are loaded; the packages' indexes bring gRPC.
 */
import common from '@hyperledger/fabric-protos/lib/common/common_pb.js';
import configtx from '@hyperledger/fabric-protos/lib/common/configtx_pb.js';
import configuration from '@hyperledger/fabric-protos/lib/common/configuration_pb.js';
import policies from '@hyperledger/fabric-protos/lib/common/policies_pb.js';
import kvrwset from '@hyperledger/fabric-protos/lib/ledger/rwset/kvrwset/kv_rwset_pb.js';
import rwset from '@hyperledger/fabric-protos/lib/ledger/rwset/rwset_pb.js';
import identities from '@hyperledger/fabric-protos/lib/msp/identities_pb.js';
import mspConfig from '@hyperledger/fabric-protos/lib/msp/msp_config_pb.js';
import mspPrincipal from '@hyperledger/fabric-protos/lib/msp/msp_principal_pb.js';
import chaincodeEvent from '@hyperledger/fabric-protos/lib/peer/chaincode_event_pb.js';
import chaincode from '@hyperledger/fabric-protos/lib/peer/chaincode_pb.js';
import peerPolicy from '@hyperledger/fabric-protos/lib/peer/policy_pb.js';
import proposal from '@hyperledger/fabric-protos/lib/peer/proposal_pb.js';
import proposalResponse from '@hyperledger/fabric-protos/lib/peer/proposal_response_pb.js';
import transaction from '@hyperledger/fabric-protos/lib/peer/transaction_pb.js';
import { equalBytes, fromUtf8 } from '../bytes/encoding.ts';
import { FabricError } from './error.ts';

export {
  chaincode,
  chaincodeEvent,
  common,
  configtx,
  configuration,
  identities,
  kvrwset,
  mspConfig,
  mspPrincipal,
  peerPolicy,
  policies,
  proposal,
  proposalResponse,
  rwset,
  transaction,
};

interface Encodable {
  serializeBinary(): Uint8Array;
}

interface MessageType<T extends Encodable> {
  deserializeBinary(bytes: Uint8Array): T;
}

/** Decodes a message whose bytes are its only encoding. @throws FabricError. */
export function decodeExact<T extends Encodable>(
  type: MessageType<T>,
  bytes: Uint8Array,
  what: string,
): T {
  const message = decodeLoose(type, bytes, what);
  if (!equalBytes(message.serializeBinary(), bytes)) {
    throw new FabricError('FABRIC_NOT_CANONICAL', `${what} is not encoded canonically`);
  }
  return message;
}

/**
 * Decodes a message that has more than one valid encoding: those with maps, whose order Go's encoder
 * leaves to chance (channel configurations). @throws FabricError `FABRIC_MALFORMED`.
 */
export function decodeLoose<T extends Encodable>(
  type: MessageType<T>,
  bytes: Uint8Array,
  what: string,
): T {
  try {
    return type.deserializeBinary(bytes);
  } catch {
    throw new FabricError('FABRIC_MALFORMED', `${what} cannot be decoded`);
  }
}

/** How messages are decoded: exactly for what is proven, loosely for what peers took as it came. */
export type Decode = typeof decodeLoose;

/** A submessage that must be there. @throws FabricError `FABRIC_MALFORMED`. */
export function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new FabricError('FABRIC_MALFORMED', `${what} is missing`);
  return value;
}

/** Text in a bytes field. @throws FabricError `FABRIC_MALFORMED` unless it is UTF-8. */
export function readText(bytes: Uint8Array, what: string): string {
  try {
    return fromUtf8(bytes);
  } catch {
    throw new FabricError('FABRIC_MALFORMED', `${what} is no text`);
  }
}

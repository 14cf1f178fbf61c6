import { CodedError } from '../coded-error.ts';

export const FABRIC_ERROR_CODES = [
  /** Not the protobuf message that stands here. */
  'FABRIC_MALFORMED',
  /** Decodes, but encodes to other bytes: unknown fields, odd order, padded numbers. */
  'FABRIC_NOT_CANONICAL',
  /** Well-formed, but no endorser transaction, proposal or configuration of the kind asked for. */
  'FABRIC_UNSUPPORTED',
  /** The transaction ID is not SHA-256(nonce ‖ creator). */
  'FABRIC_TX_ID',
  /** The endorsed proposal hash is not the hash of header and input. */
  'FABRIC_PROPOSAL_HASH',
  /** Header, input and endorsed action name different chaincodes. */
  'FABRIC_CHAINCODE',
  /** The action repeats another signature header than the envelope's. */
  'FABRIC_ACTION_HEADER',
] as const;
export type FabricErrorCode = (typeof FABRIC_ERROR_CODES)[number];

/** What is wrong with some Fabric bytes. */
export class FabricError extends CodedError<FabricErrorCode> {
  override readonly name = 'FabricError';
}

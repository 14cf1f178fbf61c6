import { CodedError } from '@tabellion/proof';

/** Why evidence could not be taken in, kept or anchored. */
export const EVIDENCE_ERROR_CODES = [
  /** A manifest line is not a commitment in canonical form, or the file does not end with one. */
  'MANIFEST_INVALID',
  'MANIFEST_MISSING',
  /** The bytes do not have the digest that was announced. */
  'DIGEST_MISMATCH',
  /** The lines do not have the Merkle root, number or size that was announced. */
  'ROOT_MISMATCH',
  'TOO_LARGE',
  /** The second copy could not be written; nothing counts as stored without it. */
  'ESCROW_FAILED',
  'ITEM_INVALID',
  'NOT_FOUND',
  'NOT_ALLOWED',
  'ACQUISITION_UNKNOWN',
  'ACQUISITION_CLOSED',
  /** The endorsed record is not, byte for byte, the one that was asked for. Nothing was signed. */
  'RECORD_MISMATCH',
  /** Others kept extending the same acquisition's chain; trying again later is harmless. */
  'CHAIN_CONFLICT',
  /** Ordered, but not valid; the message names Fabric's validation code. */
  'TRANSACTION_INVALID',
  'ATTESTATION_PENDING',
  /** The assembled proof did not verify: it is not handed out. */
  'PROOF_INVALID',
  /** Other items were handed in under this name before. */
  'IDEMPOTENCY_KEY_REUSED',
  /** Another process works on the same local state. */
  'STATE_IN_USE',
  'STOPPED',
] as const;
export type EvidenceErrorCode = (typeof EVIDENCE_ERROR_CODES)[number];

export class EvidenceError extends CodedError<EvidenceErrorCode> {
  override readonly name = 'EvidenceError';
}

/** How a step of the verifier says no. Never leaves this folder: callers get verdicts. */
import { FabricError, type FabricErrorCode } from '../fabric/error.ts';
import { JsonError } from '../json/error.ts';
import { MerkleError, type MerkleErrorCode } from '../merkle/error.ts';
import { MspError, type MspErrorCode } from '../x509/error.ts';
import type { VerdictCode } from './verdict.ts';

export type RefusalCode = Exclude<VerdictCode, 'INTACT'>;

export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;

  constructor(code: RefusalCode) {
    super(code);
    this.code = code;
  }
}

const OF_FABRIC: Record<FabricErrorCode, RefusalCode> = {
  FABRIC_MALFORMED: 'MALFORMED',
  FABRIC_NOT_CANONICAL: 'NOT_CANONICAL',
  FABRIC_UNSUPPORTED: 'MALFORMED',
  FABRIC_TX_ID: 'PROPOSAL_HASH_MISMATCH',
  FABRIC_PROPOSAL_HASH: 'PROPOSAL_HASH_MISMATCH',
  FABRIC_ACTION_HEADER: 'PROPOSAL_HASH_MISMATCH',
  FABRIC_CHAINCODE: 'WRONG_CHAINCODE',
};

const OF_CERTIFICATE: Record<MspErrorCode, RefusalCode> = {
  CERTIFICATE_MALFORMED: 'CERTIFICATE_UNTRUSTED',
  CERTIFICATE_UNTRUSTED: 'CERTIFICATE_UNTRUSTED',
  CERTIFICATE_REVOKED: 'CERTIFICATE_REVOKED',
  CERTIFICATE_EXPIRED: 'CERTIFICATE_EXPIRED',
  CERTIFICATE_NOT_YET_VALID: 'CERTIFICATE_NOT_YET_VALID',
  CERTIFICATE_NO_ROLE: 'NOT_A_PEER',
  MSP_MALFORMED: 'TRUST_MALFORMED',
};

const OF_PATH: Record<MerkleErrorCode, RefusalCode> = {
  MERKLE_SIZE: 'PATH_LENGTH_MISMATCH',
  MERKLE_INDEX: 'PATH_LENGTH_MISMATCH',
  MERKLE_PATH_LENGTH: 'PATH_LENGTH_MISMATCH',
  MERKLE_HASH: 'MALFORMED',
  MERKLE_ORDER: 'MALFORMED',
};

/** The verdict for whatever a step threw. What nobody foresaw is unreadable, never a mismatch. */
export function refusalCode(error: unknown): RefusalCode {
  if (error instanceof Refusal) return error.code;
  if (error instanceof FabricError) return OF_FABRIC[error.code];
  if (error instanceof MspError) return OF_CERTIFICATE[error.code];
  if (error instanceof MerkleError) return OF_PATH[error.code];
  if (error instanceof JsonError && error.code === 'JSON_NOT_CANONICAL') return 'NOT_CANONICAL';
  return 'MALFORMED';
}

/** @throws Refusal with the code unless the condition holds. */
export function demand(condition: boolean, code: RefusalCode): asserts condition {
  if (!condition) throw new Refusal(code);
}

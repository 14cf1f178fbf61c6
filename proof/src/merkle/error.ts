import { CodedError } from '../coded-error.ts';

export const MERKLE_ERROR_CODES = [
  'MERKLE_SIZE',
  'MERKLE_INDEX',
  'MERKLE_HASH',
  'MERKLE_PATH_LENGTH',
  'MERKLE_ORDER',
] as const;
export type MerkleErrorCode = (typeof MERKLE_ERROR_CODES)[number];

/** A tree or path that cannot exist. */
export class MerkleError extends CodedError<MerkleErrorCode> {
  override readonly name = 'MerkleError';
}

import { CodedError } from '../coded-error.ts';

export type MerkleErrorCode = 'MERKLE_SIZE' | 'MERKLE_INDEX' | 'MERKLE_HASH' | 'MERKLE_PATH_LENGTH';

/** A tree or path that cannot exist. */
export class MerkleError extends CodedError<MerkleErrorCode> {
  override readonly name = 'MerkleError';
}

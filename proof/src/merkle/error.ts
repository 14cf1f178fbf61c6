export type MerkleErrorCode = 'MERKLE_SIZE' | 'MERKLE_INDEX' | 'MERKLE_HASH' | 'MERKLE_PATH_LENGTH';

/** A tree or path that cannot exist. */
export class MerkleError extends Error {
  override readonly name = 'MerkleError';
  readonly code: MerkleErrorCode;

  constructor(code: MerkleErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

import { CodedError } from '@tabellion/proof';

/** Why a list of digests cannot be read or written. */
export const HASH_LIST_ERROR_CODES = [
  /** The message names file and line; nothing of the list was used. */
  'LIST_MALFORMED',
  /** A list of MD5 or SHA-1 alone identifies no file. */
  'LIST_WITHOUT_SHA256',
  /** A commitment states the size of its item, and a made-up size is not anchored. */
  'LIST_WITHOUT_SIZES',
  /** A format cannot carry a name so that its own tool reads the same bytes back. */
  'LIST_NAME_UNFIT',
  /** A file does not have the digest that the list says, or is not there. */
  'LIST_MISMATCH',
] as const;
export type HashListErrorCode = (typeof HASH_LIST_ERROR_CODES)[number];

export class HashListError extends CodedError<HashListErrorCode> {
  override readonly name = 'HashListError';
}

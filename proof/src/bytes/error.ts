import { CodedError } from '../coded-error.ts';

export const BYTES_ERROR_CODES = [
  'BYTES_NOT_HEX',
  'BYTES_NOT_BASE64URL',
  'BYTES_NOT_UTF8',
] as const;
export type BytesErrorCode = (typeof BYTES_ERROR_CODES)[number];

/** Text that is not the one encoding of some bytes, or bytes that are not UTF-8. */
export class BytesError extends CodedError<BytesErrorCode> {
  override readonly name = 'BytesError';
}

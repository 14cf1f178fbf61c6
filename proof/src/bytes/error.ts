import { CodedError } from '../coded-error.ts';

export type BytesErrorCode = 'BYTES_NOT_HEX' | 'BYTES_NOT_BASE64URL' | 'BYTES_NOT_UTF8';

/** Text that is not the one encoding of some bytes, or bytes that are not UTF-8. */
export class BytesError extends CodedError<BytesErrorCode> {
  override readonly name = 'BytesError';
}

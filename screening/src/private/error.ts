import { CodedError } from '@tabellion/proof';

export const PRIVATE_ERROR_CODES = [
  /** A group element of another length than 33 bytes. */
  'POINT_LENGTH',
  /** Not the one encoding that a point has: another first byte, or x not below p. */
  'POINT_ENCODING',
  'POINT_IDENTITY',
  'POINT_NOT_ON_CURVE',
  /** No point, too many, or another number than was asked for. */
  'POINT_COUNT',
  /** The evaluation was not made with the key that it names, or was altered. */
  'EVALUATION_INVALID',
  /** The document of a key contradicts itself. */
  'OPRF_KEY_INVALID',
  'KEY_UNKNOWN',
  /** Not yet, or no longer. */
  'KEY_NOT_VALID',
  /** Native arithmetic gave a point that is off the curve: a fault of the machine. */
  'ARITHMETIC_FAULT',
  /** What says which keys and tables there are is not signed as it should be, or contradicts itself. */
  'ANNOUNCEMENT_INVALID',
  'TABLE_INVALID',
  /** The table is past its time: its silence says nothing any more. */
  'TABLE_STALE',
  'BUCKET_LENGTH',
  /** Not the bucket that the table's root commits to. */
  'BUCKET_ALTERED',
  /** More addresses of one bucket are labelled than a bucket takes, and this one is not among those it holds. */
  'BUCKET_OVERFULL',
  /** The bucket is the table's own, and still the entry cannot be read: whoever built it erred. */
  'ENTRY_UNREADABLE',
] as const;
export type PrivateErrorCode = (typeof PRIVATE_ERROR_CODES)[number];

/** Nothing was learnt about the address: never to be read as "no label". */
export class PrivateError extends CodedError<PrivateErrorCode> {
  override readonly name = 'PrivateError';
}

import { CodedError } from '@tabellion/proof';

/** Why a manifest did not come from a gateway. */
export const FETCH_ERROR_CODES = [
  /** No connection, or none that its certificate vouches for. */
  'SOURCE_UNREACHABLE',
  /** It answers something else than 200: it has not got it, or sends elsewhere. */
  'SOURCE_REFUSED',
  /** It answers what is no manifest: another media type, or compressed. */
  'SOURCE_NO_MANIFEST',
  /** Longer than the batch can be. */
  'SOURCE_TOO_LARGE',
  'SOURCE_SLOW',
  'SOURCE_CUT_OFF',
  /** Whole, and other bytes than the ledger names. */
  'SOURCE_WRONG_BYTES',
] as const;
export type FetchErrorCode = (typeof FETCH_ERROR_CODES)[number];

/** What stands for a failure here instead: then the other side was not asked, or what it gave was not kept. */
export const OWN_FAILURE_CODES = ['DISK_FULL', 'INTERNAL'] as const;

/** Why a manifest is not here although it was to be fetched. */
export type MissCode = FetchErrorCode | (typeof OWN_FAILURE_CODES)[number];

export const isOfSource = (code: MissCode): code is FetchErrorCode =>
  (FETCH_ERROR_CODES as readonly string[]).includes(code);

export class FetchError extends CodedError<FetchErrorCode> {
  override readonly name = 'FetchError';
}

import { CodedError } from '@tabellion/proof';

/** Why a file in a format of others cannot be read or written. */
export const EXCHANGE_ERROR_CODES = [
  /** No JSON-LD in UTF-8, larger or deeper than is read, or terms that mean nothing by themselves. */
  'CASE_MALFORMED',
  /** Its meaning stands in a file elsewhere, which is never fetched. */
  'CASE_REMOTE_CONTEXT',
  /** No bag, or a tag file or manifest that RFC 8493 does not allow. */
  'BAG_MALFORMED',
  /** A name that leads out of the bag, a link, or two entries under one name. */
  'BAG_UNSAFE',
  /** Larger than allowed, or packed as no honest archive is. */
  'BAG_TOO_LARGE',
  /** Parts of it would have to be fetched from elsewhere. */
  'BAG_INCOMPLETE',
  /** Files that are missing, too many, or other than the bag's manifests say. */
  'BAG_MISMATCH',
  /** A proof that is to go into a bag, or is in one, does not hold for its file. */
  'BAG_PROOF_INVALID',
  /** No DFXML: not XML in UTF-8, or not in the form of its schema. */
  'DFXML_MALFORMED',
  /** A document type, which may hold entities, or more depth or text than any DFXML has. */
  'DFXML_UNSAFE',
  /** The tool that reads images is not on this machine. */
  'CONTAINER_TOOL_MISSING',
  /** The tool cannot read the image, or what it says of it makes no sense. */
  'CONTAINER_UNREADABLE',
] as const;
export type ExchangeErrorCode = (typeof EXCHANGE_ERROR_CODES)[number];

export class ExchangeError extends CodedError<ExchangeErrorCode> {
  override readonly name = 'ExchangeError';
}

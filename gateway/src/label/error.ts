import { CodedError } from '@tabellion/proof';

/** Why labels could not be taken. */
export const LABEL_ERROR_CODES = [
  /** A line is no statement in canonical form, or its address is none in its own. */
  'LABEL_INVALID',
  /** A category or concept stands in no taxonomy that the batch names. */
  'CATEGORY_UNKNOWN',
  /** The batch's marking is not its strictest label's. */
  'MARKING_MISMATCH',
  /** The batch names other evidence than its transfers rest on, or is none of transfers. */
  'EVIDENCE_MISMATCH',
  /** The member has handed in more than it has asserted. */
  'MANIFESTS_WAITING',
] as const;
export type LabelErrorCode = (typeof LABEL_ERROR_CODES)[number];

export class LabelError extends CodedError<LabelErrorCode> {
  override readonly name = 'LabelError';
}

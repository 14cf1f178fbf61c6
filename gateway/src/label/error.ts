import { CodedError } from '@tabellion/proof';

/** Why labels could not be taken. */
export const LABEL_ERROR_CODES = [
  /** A line is no statement in canonical form, or its address is none in its own. */
  'LABEL_INVALID',
  /** A category or concept stands in no taxonomy that the batch names. */
  'CATEGORY_UNKNOWN',
  /** The batch's marking is not its strictest label's. */
  'MARKING_MISMATCH',
] as const;
export type LabelErrorCode = (typeof LABEL_ERROR_CODES)[number];

export class LabelError extends CodedError<LabelErrorCode> {
  override readonly name = 'LabelError';
}

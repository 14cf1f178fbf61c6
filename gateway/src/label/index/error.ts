import { CodedError } from '@tabellion/proof';

/** Why labels could not be taken into the screening index, or the index not read back from disk. */
export const LABEL_INDEX_ERROR_CODES = [
  /** A batch or a change that lies, on the ledger, before one already taken in. */
  'LABEL_ORDER',
  /** A key, a line, a batch or a label that is none: too long, too large, never announced. */
  'LABEL_RANGE',
  /** The snapshot is not, byte for byte, what was written. */
  'SNAPSHOT_CORRUPT',
  'SNAPSHOT_OTHER_LEDGER',
  /** Written by a later version, or on a machine with the other byte order. */
  'SNAPSHOT_VERSION',
] as const;
export type LabelIndexErrorCode = (typeof LABEL_INDEX_ERROR_CODES)[number];

export class LabelIndexError extends CodedError<LabelIndexErrorCode> {
  override readonly name = 'LabelIndexError';
}

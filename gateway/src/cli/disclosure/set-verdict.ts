/** What `disclosure verify` says of a set or of an item in it; the other codes are those of proofs. */
import type { Outcome } from '@tabellion/proof';

export const SET_VERDICTS = {
  /** The proof of an item is of another item, or of another acquisition. */
  OTHER_ITEM: 'MISMATCH',
  SET_SIZE_MISMATCH: 'MISMATCH',
  SET_ROOT_MISMATCH: 'MISMATCH',
  /** Its root is the granted one, but it does not ascend: no absence can be shown by it. */
  SET_OUT_OF_ORDER: 'MISMATCH',
  /** The paths of a proof do not lead to the granted root, or are no neighbours: it shows nothing. */
  SET_PATH_MISMATCH: 'MISMATCH',
  SET_MALFORMED: 'UNREADABLE',
} as const satisfies Record<string, Exclude<Outcome, 'INTACT'>>;
export type SetVerdict = keyof typeof SET_VERDICTS;

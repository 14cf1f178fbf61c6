/** What a review is about, and where that came from. */
import type { ItemRecord } from '../custody/record.ts';
import type { AcquisitionRecord } from '../evidence/record.ts';
import type { Subject } from './record.ts';

export type Reviewed = AcquisitionRecord | ItemRecord;

/** What the subject was made from; undefined for an acquisition, which nothing lies before. */
export function sourceOf(reviewed: Reviewed): Subject | undefined {
  if (reviewed.type === 'tabellion.acquisition') return undefined;
  const { origin } = reviewed;
  return origin.kind === 'DERIVED'
    ? { kind: 'ITEM', id: origin.source }
    : { kind: 'ACQUISITION', id: origin.acquisition };
}

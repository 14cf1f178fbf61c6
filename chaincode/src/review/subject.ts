/** What a review is about, and whose work that is. */
import type { ItemRecord } from '../custody/record.ts';
import type { AcquisitionRecord } from '../evidence/record.ts';
import type { Act } from '../kernel/schema.ts';
import type { ReviewFlag } from './record.ts';

export type Reviewed = AcquisitionRecord | ItemRecord;
/** The subject first, then what it came from, down to the acquisition. */
export type ReviewedLineage = readonly [Reviewed, ...Reviewed[]];

/** Whether the very person collected, opened or derived any of it; pseudonyms are a member's own. */
export const isOwnWork = (lineage: ReviewedLineage, { member, person }: Act): boolean =>
  lineage.some(({ act: made }) => made.member === member && made.person === person);

/** Of a statement that binds nobody: it may be one's own work, and then says so (ORD-26). */
export const listReviewFlags = (lineage: ReviewedLineage, act: Act): ReviewFlag[] =>
  isOwnWork(lineage, act) ? ['SELF_REVIEW'] : [];

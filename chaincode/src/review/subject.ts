/** What a review is about. */
import type { ItemRecord } from '../custody/record.ts';
import type { AcquisitionRecord } from '../evidence/record.ts';

export type Reviewed = AcquisitionRecord | ItemRecord;

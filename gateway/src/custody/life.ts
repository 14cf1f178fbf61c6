/**
 * The whole life of one item as the ledger tells it: what exports and reports are written from, and what
 * an auditor compares with the item itself. Each entry carries the time that its author claims and the
 * block that recorded it.
 */
import type {
  CustodyRecord,
  ItemHeadRecord,
  ItemRecord,
} from '@tabellion/chaincode/custody/record';
import type {
  AcquisitionRecord,
  AnswerRecord,
  BatchRecord,
  ClosingRecord,
  LocationRecord,
  SegregationRecord,
} from '@tabellion/chaincode/evidence/record';
import type {
  AuthenticityRecord,
  ObjectionRecord,
  RegularityRecord,
  ReplyRecord,
  WeightRecord,
} from '@tabellion/chaincode/review/record';
import type { ReaderFit } from '../projection/reader-fit.ts';
import type { ProjectedRecord } from '../projection/records.ts';

export interface ObjectionState {
  readonly objection: ProjectedRecord<ObjectionRecord>;
  readonly replies: readonly ProjectedRecord<ReplyRecord>[];
  /** Unanswered, and by the time of the latest transaction past `answerBy`. */
  readonly overdue: boolean;
}

/** Where an item came from: through its sources back to what was anchored or seized. */
export interface Provenance {
  /** The acquisition that it goes back to. */
  readonly acquisition: ProjectedRecord<AcquisitionRecord>;
  /** The batch that holds it or its first source; null for a physical exhibit. */
  readonly batch: ProjectedRecord<BatchRecord> | null;
  readonly closing: ProjectedRecord<ClosingRecord> | null;
  readonly locations: readonly ProjectedRecord<LocationRecord>[];
  /** Positions of the touched states (CNS-5). */
  readonly answers: readonly ProjectedRecord<AnswerRecord>[];
  readonly segregations: readonly ProjectedRecord<SegregationRecord>[];
  /** Items that it was derived from, nearest first; empty unless derived. */
  readonly sources: readonly ProjectedRecord<ItemRecord>[];
}

/** What others add without an end: shown and read page by page, in the order of the ledger. */
export interface LifeLists {
  /** Items that were derived from it directly. */
  readonly derived: ProjectedRecord<ItemRecord>;
  /** On the item, on what it was made from, or on its acquisition; so are the reviews below. */
  readonly objections: ObjectionState;
  readonly regularity: ProjectedRecord<RegularityRecord>;
  readonly authenticity: ProjectedRecord<AuthenticityRecord>;
  readonly weights: ProjectedRecord<WeightRecord>;
}
export type LifeListName = keyof LifeLists;
export const LIFE_LISTS = [
  'derived',
  'objections',
  'regularity',
  'authenticity',
  'weights',
] as const satisfies readonly LifeListName[];

/** Entries of one list that clients read: others could make it longer than anybody can read. */
export const MOST_ENTRIES = 1000;

export interface ItemLife extends Readonly<{ [Name in LifeListName]: readonly LifeLists[Name][] }> {
  readonly opening: ProjectedRecord<ItemRecord>;
  readonly head: ItemHeadRecord;
  /** In the chain's order. */
  readonly steps: readonly ProjectedRecord<CustodyRecord>[];
  readonly provenance: Provenance;
  /** Lists of which more is on record than stands here: whoever shows the life must say so. */
  readonly leftOut: readonly LifeListName[];
  /** How it fits what the reader's member has declared, before it uses the item (EVD-15, EVD-20). */
  readonly reader: ReaderFit;
}

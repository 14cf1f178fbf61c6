/** What exports are made from: records, and where the ledger holds them. */
import type {
  AcquisitionRecord,
  AnswerRecord,
  BatchRecord,
  ClosingRecord,
  LocationRecord,
  SegregationRecord,
} from '@tabellion/chaincode/evidence/record';
import type { Commitment } from '@tabellion/proof';
import type { ProjectedRecord } from '../projection/records.ts';
import type { ToldRecord } from './facts.ts';

export type Recorded<T> = Pick<
  ProjectedRecord<T>,
  'key' | 'record' | 'block' | 'position' | 'late'
>;

export interface AcquisitionFacts {
  readonly acquisition: Recorded<AcquisitionRecord>;
  readonly closing: Recorded<ClosingRecord> | null;
  readonly locations: readonly Recorded<LocationRecord>[];
  readonly answers: readonly Recorded<AnswerRecord>[];
  readonly segregations: readonly Recorded<SegregationRecord>[];
}

export interface ExportedBatch {
  readonly batch: Recorded<BatchRecord>;
  /** In the order of the leaves; none where the reader's member does not hold the manifest. */
  readonly items: AsyncIterable<Commitment> | Iterable<Commitment>;
  /** Index of the first of them in the batch; 0 unless only some are here. */
  readonly from?: number;
}

/** What the contracts flagged, and whether its time lies before that of earlier blocks (O-2). */
export const listFlags = ({
  record,
  late,
}: Pick<Recorded<object>, 'record' | 'late'>): string[] => [
  ...('flags' in record ? (record.flags as readonly string[]) : []),
  ...('overdue' in record && record.overdue === true ? ['OVERDUE'] : []),
  ...(late ? ['LATE'] : []),
];

/** As its author claims; of what has no other time, that of its record. */
export function happenedAtOf(record: ToldRecord): number {
  if ('happenedAt' in record) return record.happenedAt;
  if ('startedAt' in record) return record.startedAt;
  if ('collectedAt' in record) return record.collectedAt;
  return 'endedAt' in record ? record.endedAt : record.act.at;
}

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

export type Recorded<T> = Pick<ProjectedRecord<T>, 'key' | 'record' | 'block' | 'position'>;

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
}

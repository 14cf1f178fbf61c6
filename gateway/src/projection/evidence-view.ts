/** What the projection answers about evidence. */
import type { DatabaseSync } from 'node:sqlite';
import { acquisitionKey, batchKey, closingKey, headKey } from '@tabellion/chaincode/evidence/key';
import type {
  AcquisitionRecord,
  AnswerRecord,
  BatchRecord,
  ClosingRecord,
  HeadRecord,
  LocationRecord,
  SegregationRecord,
} from '@tabellion/chaincode/evidence/record';
import { type LedgerPosition, type Page, toPage } from './cursor.ts';
import { fitReader, type ReaderFit } from './reader-fit.ts';
import { createRecords, type ProjectedRecord } from './records.ts';

export interface AcquisitionFilter {
  readonly case?: string | undefined;
  readonly member?: string | undefined;
  /** Jurisdiction. */
  readonly touched?: string | undefined;
  readonly crossBorder?: string | undefined;
  readonly flag?: string | undefined;
  readonly route?: string | undefined;
}

export interface PageRequest<C> {
  readonly cursor?: C | undefined;
  readonly limit: number;
}

/** What stands now, where later records added to the first one. */
export interface AcquisitionSummary extends ProjectedRecord<AcquisitionRecord> {
  readonly crossBorder: string;
  readonly touched: readonly string[];
  readonly flags: readonly string[];
}

export interface AcquisitionView extends AcquisitionSummary {
  readonly head: HeadRecord | null;
  readonly closing: ProjectedRecord<ClosingRecord> | null;
  readonly answers: readonly ProjectedRecord<AnswerRecord>[];
  readonly locations: readonly ProjectedRecord<LocationRecord>[];
  readonly segregations: readonly ProjectedRecord<SegregationRecord>[];
  /** How it fits what the reader's member has declared. */
  readonly reader: ReaderFit;
}

export interface Notice {
  /** `NOTICE_OVERDUE`: still sealed after its latest date, so whom it touches is not known. */
  readonly state: 'AWAITING_ANSWER' | 'NOTICE_OVERDUE';
  readonly acquisition: AcquisitionSummary;
}

interface AcquisitionRow {
  readonly id: string;
  readonly block: number;
  readonly position: number;
  readonly cross_border: string;
}

const START: LedgerPosition = [-1, -1];
const COLUMNS = 'a.id, a.block, a.position, a.cross_border';
const IN_ORDER = '(a.block, a.position) > (?, ?) ORDER BY a.block, a.position LIMIT ?';
/** Filter → condition; every value is bound. */
const CONDITIONS: Readonly<Record<keyof AcquisitionFilter, string>> = {
  case: 'a.case_reference = ?',
  member: 'a.member = ?',
  touched: 'EXISTS (SELECT 1 FROM touched WHERE acquisition = a.id AND jurisdiction = ?)',
  crossBorder: 'a.cross_border = ?',
  flag: 'EXISTS (SELECT 1 FROM flag WHERE acquisition = a.id AND flag = ?)',
  route: 'a.route = ?',
};

export type EvidenceView = ReturnType<typeof createEvidenceView>;

export function createEvidenceView(database: DatabaseSync) {
  const records = createRecords(database);
  const selectAcquisition = database.prepare(`SELECT ${COLUMNS} FROM acquisition a WHERE id = ?`);
  const selectTouched = database.prepare(
    'SELECT jurisdiction FROM touched WHERE acquisition = ? ORDER BY jurisdiction',
  );
  const selectFlags = database.prepare('SELECT flag FROM flag WHERE acquisition = ? ORDER BY flag');
  const selectBatches = database.prepare(
    `SELECT sequence, digest FROM batch WHERE acquisition = ? AND sequence > ?
     ORDER BY sequence LIMIT ?`,
  );
  const selectManifest = database.prepare(
    'SELECT digest FROM batch WHERE manifest = ? ORDER BY acquisition, sequence LIMIT 1',
  );
  const selectSealed = database.prepare(
    'SELECT id FROM acquisition WHERE member = ? AND notice_latest <= ? ORDER BY notice_latest, id',
  );
  const selectNotices = database.prepare(
    `SELECT ${COLUMNS}, a.notice_latest IS NOT NULL AS sealed FROM acquisition a WHERE
       (EXISTS (SELECT 1 FROM touched WHERE acquisition = a.id AND jurisdiction = ? AND answered = 0)
        OR (a.notice_latest < ? AND a.member <> ?)) AND ${IN_ORDER}`,
  );

  const summarise = (row: AcquisitionRow): AcquisitionSummary => ({
    ...records.find<AcquisitionRecord>(acquisitionKey(row.id))!,
    crossBorder: row.cross_border,
    touched: (selectTouched.all(row.id) as { jurisdiction: string }[]).map(
      ({ jurisdiction }) => jurisdiction,
    ),
    flags: (selectFlags.all(row.id) as { flag: string }[]).map(({ flag }) => flag),
  });

  return {
    listAcquisitions(
      filter: AcquisitionFilter,
      { cursor = START, limit }: PageRequest<LedgerPosition>,
    ): Page<AcquisitionSummary> {
      const names = (Object.keys(CONDITIONS) as (keyof AcquisitionFilter)[]).filter(
        (name) => filter[name] !== undefined,
      );
      const where = [...names.map((name) => CONDITIONS[name]), IN_ORDER].join(' AND ');
      const rows = database
        .prepare(`SELECT ${COLUMNS} FROM acquisition a WHERE ${where}`)
        .all(...names.map((name) => filter[name]!), ...cursor, limit + 1);
      return toPage(
        rows as unknown as AcquisitionRow[],
        limit,
        (row) => [row.block, row.position],
        summarise,
      );
    },
    /** `reader`: MSP ID of the member that looks. */
    findAcquisition(id: string, reader: string): AcquisitionView | undefined {
      const row = selectAcquisition.get(id) as AcquisitionRow | undefined;
      if (!row) return undefined;
      const summary = summarise(row);
      return {
        ...summary,
        head: records.find<HeadRecord>(headKey(id))?.record ?? null,
        closing: records.find<ClosingRecord>(closingKey(id)) ?? null,
        answers: records.list<AnswerRecord>(`answer/${id}`),
        locations: records.list<LocationRecord>(`location/${id}`),
        segregations: records.list<SegregationRecord>(`segregation/${id}`),
        reader: fitReader(records, reader, summary.record),
      };
    },
    ownerOf: (id: string) => records.find<AcquisitionRecord>(acquisitionKey(id))?.record.act.member,
    listBatches(
      acquisition: string,
      { cursor = [0], limit }: PageRequest<readonly [sequence: number]>,
    ): Page<ProjectedRecord<BatchRecord>> {
      const rows = selectBatches.all(acquisition, ...cursor, limit + 1) as {
        sequence: number;
        digest: string;
      }[];
      return toPage(
        rows,
        limit,
        (row) => [row.sequence],
        (row) => records.find<BatchRecord>(batchKey(row.digest))!,
      );
    },
    findBatch: (digest: string) => records.find<BatchRecord>(batchKey(digest)),
    /** Acquisitions of a member that are sealed and to be disclosed at or before a time. */
    listSealed: (member: string, latest: number): string[] =>
      (selectSealed.all(member, latest) as { id: string }[]).map(({ id }) => id),
    /** Digest of the batch record that names this manifest. */
    batchOf: (manifest: string) =>
      (selectManifest.get(manifest) as { digest: string } | undefined)?.digest,
    listNotices(
      reader: { readonly member: string; readonly jurisdiction: string },
      now: number,
      { cursor = START, limit }: PageRequest<LedgerPosition>,
    ): Page<Notice> {
      const rows = selectNotices.all(
        reader.jurisdiction,
        now,
        reader.member,
        ...cursor,
        limit + 1,
      ) as unknown as (AcquisitionRow & { sealed: number })[];
      return toPage(
        rows,
        limit,
        (row) => [row.block, row.position],
        (row) => ({
          state: row.sealed ? 'NOTICE_OVERDUE' : 'AWAITING_ANSWER',
          acquisition: summarise(row),
        }),
      );
    },
  };
}

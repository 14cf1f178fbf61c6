/** The life of an item from the projection: a fixed number of queries, whatever the ledger's length. */
import type { DatabaseSync } from 'node:sqlite';
import { standardOf } from '@tabellion/chaincode/custody/flags';
import type {
  CustodyRecord,
  ItemHeadRecord,
  ItemRecord,
} from '@tabellion/chaincode/custody/record';
import { acquisitionKey, batchKey, closingKey } from '@tabellion/chaincode/evidence/key';
import type {
  AcquisitionRecord,
  AnswerRecord,
  BatchRecord,
  ClosingRecord,
  LocationRecord,
  SegregationRecord,
} from '@tabellion/chaincode/evidence/record';
import type { Governed } from '@tabellion/chaincode/kernel/schema';
import type { ObjectionRecord, ReplyRecord } from '@tabellion/chaincode/review/record';
import { type Page, toPage } from '../projection/cursor.ts';
import type { PageRequest } from '../projection/evidence-view.ts';
import { fitReader } from '../projection/reader-fit.ts';
import {
  createRecords,
  type ProjectedRecord,
  type RecordRow,
  showRecord,
} from '../projection/records.ts';
import type { ItemLife, ObjectionState, Provenance } from './life.ts';

export type StepPage = Page<ProjectedRecord<CustodyRecord>>;

const COLUMNS = 'key, value, tx_id, block, position, late';
const STATE = 's.key, s.value, s.tx_id, s.block, s.position, s.late';

export type ItemLives = ReturnType<typeof createItemLives>;

export function createItemLives(database: DatabaseSync) {
  const records = createRecords(database);
  const selectAcquisition = database.prepare('SELECT acquisition FROM item WHERE id = ?');
  const selectSteps = database.prepare(
    `SELECT sequence, ${COLUMNS} FROM step WHERE item = ? AND sequence > ? ORDER BY sequence LIMIT ?`,
  );
  const selectSources = database.prepare(
    `WITH RECURSIVE origin (id, distance) AS (
       SELECT source, 1 FROM item WHERE id = ? AND source IS NOT NULL
       UNION ALL SELECT i.source, distance + 1 FROM origin o JOIN item i ON i.id = o.id
       WHERE i.source IS NOT NULL)
     SELECT ${STATE} FROM origin o CROSS JOIN state s ON s.key = 'item/' || o.id ORDER BY distance`,
  );
  const selectDerived = database.prepare(
    `SELECT ${STATE} FROM item i CROSS JOIN state s ON s.key = 'item/' || i.id
     WHERE i.source = ? ORDER BY i.block, i.position`,
  );
  const selectReviews = database.prepare(
    `SELECT ${STATE} FROM review r CROSS JOIN state s ON s.key = r.key
     WHERE r.subject IN (SELECT value FROM json_each(?)) ORDER BY r.block, r.position`,
  );
  const selectLatest = database.prepare('SELECT latest FROM progress');

  const traceOrigin = (
    opening: ProjectedRecord<ItemRecord>,
    acquisition: string,
  ): Provenance & { readonly standard: Governed } => {
    const sources = rowsOf(selectSources.all(opening.record.item)).map(showRecord<ItemRecord>);
    const lineage = [opening, ...sources].map(({ record }) => record);
    const first = lineage.at(-1)!.origin;
    const from = records.find<AcquisitionRecord>(acquisitionKey(acquisition))!;
    return {
      acquisition: from,
      batch: first.kind === 'ANCHORED' ? records.find<BatchRecord>(batchKey(first.batch))! : null,
      closing: records.find<ClosingRecord>(closingKey(acquisition)) ?? null,
      locations: records.list<LocationRecord>(`location/${acquisition}`),
      answers: records.list<AnswerRecord>(`answer/${acquisition}`),
      segregations: records.list<SegregationRecord>(`segregation/${acquisition}`),
      sources,
      standard: standardOf({ acquisition: from.record, lineage }),
    };
  };

  const listReviews = (subjects: readonly string[]) => {
    const { latest } = selectLatest.get() as { latest: number };
    const found = rowsOf(selectReviews.all(JSON.stringify(subjects)));
    const pick = <T>(word: string) =>
      found.filter(({ key }) => key.startsWith(`${word}/`)).map(showRecord<T>);
    const replies = pick<ReplyRecord>('reply');
    return {
      objections: pick<ObjectionRecord>('objection').map(
        (objection): ObjectionState => judge(objection, replies, latest),
      ),
      regularity: pick<ItemLife['regularity'][number]['record']>('regularity'),
      authenticity: pick<ItemLife['authenticity'][number]['record']>('authenticity'),
      weights: pick<ItemLife['weights'][number]['record']>('weight'),
    };
  };

  const listSteps = (
    item: string,
    { cursor = [0], limit }: PageRequest<readonly [sequence: number]>,
  ): StepPage =>
    toPage(
      selectSteps.all(item, ...cursor, limit + 1) as unknown as (RecordRow & {
        sequence: number;
      })[],
      limit,
      ({ sequence }) => [sequence],
      showRecord<CustodyRecord>,
    );

  return {
    /**
     * @param reader MSP ID of the member that looks.
     * @param limit most steps; what is beyond it begins at `next`.
     * @throws UnreadableRecord where the ledger holds what cannot be read.
     */
    findLife(
      item: string,
      reader: string,
      limit: number = Number.MAX_SAFE_INTEGER - 1,
    ): (ItemLife & { readonly next: string | null }) | undefined {
      const opening = records.find<ItemRecord>(`item/${item}`);
      if (!opening) return undefined;
      const head = records.find<ItemHeadRecord>(`item-head/${item}`)!.record;
      const { acquisition } = selectAcquisition.get(item) as { acquisition: string };
      const steps = listSteps(item, { limit });
      const { standard, ...provenance } = traceOrigin(opening, acquisition);
      return {
        opening,
        head,
        steps: steps.items,
        next: steps.next,
        provenance,
        derived: rowsOf(selectDerived.all(item)).map(showRecord<ItemRecord>),
        ...listReviews([item, ...provenance.sources.map(({ record }) => record.item), acquisition]),
        reader: fitReader(records, reader, { ...provenance.acquisition.record, standard }),
      };
    },
    hasItem: (item: string): boolean => records.find(`item/${item}`) !== undefined,
    /** In the chain's order. */
    listSteps,
  };
}

const rowsOf = (rows: unknown) => rows as RecordRow[];

function judge(
  objection: ProjectedRecord<ObjectionRecord>,
  replies: readonly ProjectedRecord<ReplyRecord>[],
  latest: number,
): ObjectionState {
  const own = replies.filter(({ record }) => record.objection === objection.record.id);
  return {
    objection,
    replies: own,
    overdue: own.length === 0 && latest > objection.record.answerBy,
  };
}

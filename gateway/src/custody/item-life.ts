/** The life of an item from the projection: as many queries, whatever the ledger's length and its own. */
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
import { type Page, toPage } from '../projection/cursor.ts';
import type { PageRequest } from '../projection/evidence-view.ts';
import { fitReader } from '../projection/reader-fit.ts';
import {
  createRecords,
  type ProjectedRecord,
  type RecordRow,
  showRecord,
} from '../projection/records.ts';
import type { ItemLife, LifeListName, Provenance } from './life.ts';
import { createLifeLists, type LifeListPage } from './life-lists.ts';

export type StepPage = Page<ProjectedRecord<CustodyRecord>>;

/** A life with the first page of each list. */
export type ShownLife = Pick<ItemLife, 'opening' | 'head' | 'provenance' | 'reader'> & {
  readonly [Name in LifeListName]: LifeListPage<Name>;
} & { readonly steps: StepPage };

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
  const lists = createLifeLists(database);

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
     * @param limit most entries of each list; what is beyond it begins at its `next`.
     * @throws UnreadableRecord where the ledger holds what cannot be read.
     */
    findLife(item: string, reader: string, limit: number): ShownLife | undefined {
      const opening = records.find<ItemRecord>(`item/${item}`);
      if (!opening) return undefined;
      const head = records.find<ItemHeadRecord>(`item-head/${item}`)!.record;
      const { acquisition } = selectAcquisition.get(item) as { acquisition: string };
      const { standard, ...provenance } = traceOrigin(opening, acquisition);
      return {
        opening,
        head,
        steps: listSteps(item, { limit }),
        provenance,
        derived: lists.derived(item, { limit }),
        objections: lists.objections(item, { limit }),
        regularity: lists.regularity(item, { limit }),
        authenticity: lists.authenticity(item, { limit }),
        weights: lists.weights(item, { limit }),
        reader: fitReader(records, reader, { ...provenance.acquisition.record, standard }),
      };
    },
    findOpening: (item: string) => records.find<ItemRecord>(`item/${item}`),
    /** In the chain's order. */
    listSteps,
    lists,
  };
}

const rowsOf = (rows: unknown) => rows as RecordRow[];

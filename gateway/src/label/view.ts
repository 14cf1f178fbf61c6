/** Labels as the projection has them: batches, what others said of them, and disputes that wait. */
import type { DatabaseSync } from 'node:sqlite';
import type { Governed } from '@tabellion/chaincode/kernel/schema';
import {
  disputeKey,
  labelBatchKey,
  labelMissPrefix,
  labelWithheldKey,
} from '@tabellion/chaincode/label/key';
import type {
  DisputeAnswerRecord,
  DisputeRecord,
  LabelBatchRecord,
  LabelResponseRecord,
  LabelWithheldRecord,
  MissRecord,
  WithdrawalRecord,
} from '@tabellion/chaincode/label/record';
import { parameterKey, referenceKey } from '@tabellion/chaincode/member/key';
import type { ParameterRecord, ReferenceRecord } from '@tabellion/chaincode/member/record';
import { fromHex } from '@tabellion/proof';
import { type LedgerPosition, type Page, toPage } from '../projection/cursor.ts';
import type { PageRequest } from '../projection/evidence-view.ts';
import {
  createRecords,
  type ProjectedRecord,
  type RecordRow,
  showRecord,
} from '../projection/records.ts';
import { createTaxonomy, type Taxonomy } from './format/taxonomy.ts';

/** DUE: unanswered, and in time; OVERDUE: unanswered after `answerBy`. A late answer says so itself. */
export const DISPUTE_STATES = ['DUE', 'OVERDUE', 'ANSWERED'] as const;
export type DisputeState = (typeof DISPUTE_STATES)[number];

export interface ShownDispute {
  readonly dispute: ProjectedRecord<DisputeRecord>;
  /** In the order of the ledger. */
  readonly answers: readonly ProjectedRecord<DisputeAnswerRecord>[];
  readonly state: DisputeState;
}

/** What was said of a label or a batch after it was asserted. */
export type LabelResponse = ProjectedRecord<LabelResponseRecord>;
export type LabelAct = ProjectedRecord<LabelBatchRecord> | LabelResponse;

/** Digest of the batch record that an act is, or speaks of. */
export const digestOf = ({ record, key }: Pick<LabelAct, 'record' | 'key'>): string =>
  record.type === 'tabellion.label-batch' ? key.slice('label-batch/'.length) : record.batch;

/** What was said of single labels below a height, in the ledger's order; what was said of their batch is shared. */
export function createHistory(view: Pick<LabelView, 'listResponsesBelow'>, height: number) {
  const ofBatch = new Map<string, readonly LabelResponse[]>();
  return (batch: string, leaf: string): readonly LabelResponse[] => {
    const shared = ofBatch.get(batch) ?? view.listResponsesBelow(batch, null, height);
    ofBatch.set(batch, shared);
    const own = view.listResponsesBelow(batch, leaf, height);
    return [...shared, ...own].sort((a, b) => a.block - b.block || a.position - b.position);
  };
}

const START: LedgerPosition = [-1, -1];
const COLUMNS = 's.key, s.value, s.tx_id, s.block, s.position, s.late';
const IN_STATE: Readonly<Record<DisputeState, string>> = {
  DUE: 'answered = 0 AND answer_by >= ?',
  OVERDUE: 'answered = 0 AND answer_by < ?',
  ANSWERED: 'answered = 1 AND 0 <= ?',
};

export type LabelView = ReturnType<typeof createLabelView>;

export function createLabelView(database: DatabaseSync) {
  const records = createRecords(database);
  const selectBatches = database.prepare(
    `SELECT ${COLUMNS} FROM label_batch b CROSS JOIN state s ON s.key = 'label-batch/' || b.digest
     WHERE (b.block, b.position) > (?, ?) ORDER BY b.block, b.position LIMIT ?`,
  );
  const selectBatchesOf = database.prepare(
    `SELECT ${COLUMNS} FROM label_batch b CROSS JOIN state s ON s.key = 'label-batch/' || b.digest
     WHERE b.member = ? AND (b.block, b.position) > (?, ?) ORDER BY b.block, b.position LIMIT ?`,
  );
  const selectResponses = database.prepare(
    `SELECT ${COLUMNS} FROM label_act a CROSS JOIN state s ON s.key = a.key
     WHERE a.batch = ? AND a.leaf IS ? AND (a.block, a.position) > (?, ?)
       AND a.key NOT LIKE 'label-batch/%' ORDER BY a.block, a.position LIMIT ?`,
  );
  const selectResponsesWithin = database.prepare(
    `SELECT ${COLUMNS} FROM label_act a CROSS JOIN state s ON s.key = a.key
     WHERE a.batch = ? AND (a.block, a.position) > (?, ?)
       AND a.key NOT LIKE 'label-batch/%' ORDER BY a.block, a.position LIMIT ?`,
  );
  const selectResponsesBelow = database.prepare(
    `SELECT ${COLUMNS} FROM label_act a CROSS JOIN state s ON s.key = a.key
     WHERE a.batch = ? AND a.leaf IS ? AND a.block < ?
       AND a.key NOT LIKE 'label-batch/%' ORDER BY a.block, a.position`,
  );
  const selectActs = database.prepare(
    `SELECT ${COLUMNS} FROM label_act a CROSS JOIN state s ON s.key = a.key
     WHERE (a.block, a.position) > (?, ?) ORDER BY a.block, a.position LIMIT ?`,
  );
  const selectTime = database.prepare(
    'SELECT at FROM event WHERE block < ? ORDER BY block DESC, position DESC LIMIT 1',
  );
  const selectGenesis = database.prepare('SELECT genesis FROM channel');
  const selectPlaces = database.prepare(
    `SELECT digest, block + 1 AS height, position FROM label_batch
     WHERE block < ? ORDER BY block, position`,
  );
  const selectManifest = database.prepare('SELECT 1 FROM label_batch WHERE manifest = ?');
  const page = (rows: unknown, limit: number) =>
    toPage(rows as RecordRow[], limit, ({ block, position }) => [block, position], showRecord);

  const readCategories = ({ id, version }: Governed) => {
    const found = records.find<ReferenceRecord>(referenceKey('taxonomy', id, version));
    const entry = found?.record.entry;
    return entry?.register === 'taxonomy' ? entry.body.categories : undefined;
  };

  const showDispute = (dispute: ProjectedRecord<DisputeRecord>, latest: number): ShownDispute => {
    const { id, answerBy } = dispute.record;
    const answers = records
      .list<DisputeAnswerRecord>(`dispute-answer/${id}`)
      .sort((a, b) => a.block - b.block || a.position - b.position);
    const open = latest > answerBy ? 'OVERDUE' : 'DUE';
    return { dispute, answers, state: answers.length > 0 ? 'ANSWERED' : open };
  };

  return {
    findBatch: (digest: string) => records.find<LabelBatchRecord>(labelBatchKey(digest)),
    /** Whether most members said that they were not given its manifest, in blocks below a height. */
    isWithheld(digest: string, below = Number.POSITIVE_INFINITY): boolean {
      const found = records.find<LabelWithheldRecord>(labelWithheldKey(digest));
      return found !== undefined && found.block < below;
    },
    /** Of a batch and of what stands in it, in the order of their keys. */
    listWithdrawals: (digest: string, after: string | undefined, limit: number) =>
      records.list<WithdrawalRecord>(`withdrawal/${digest}`, after, limit),
    /** MSP IDs of the members that said it of a batch. */
    listMissing: (digest: string): readonly string[] => {
      const declared = records.list<MissRecord>(labelMissPrefix(digest).slice(0, -1));
      return [...new Set(declared.map(({ record }) => record.act.member))];
    },
    /** Time to hand out a manifest; undefined while the members have agreed on none. */
    fetchSeconds: (): number | undefined =>
      records.find<ParameterRecord>(parameterKey('labelFetchSeconds'))?.record.value,
    /** The batches after a place on the ledger, in its order. */
    listBatchesAfter: (after: LedgerPosition, limit: number) =>
      (selectBatches.all(...after, limit) as unknown as RecordRow[]).map(
        showRecord,
      ) as ProjectedRecord<LabelBatchRecord>[],
    /** SHA-256 that names the ledger's first block; undefined before it was read. */
    genesis(): Uint8Array | undefined {
      const { genesis } = selectGenesis.get() as { genesis: string | null };
      return genesis === null ? undefined : fromHex(genesis);
    },
    /** The ledger's time as of a height, by which labels are judged: that of its last transaction. */
    timeAt: (height: number): number =>
      (selectTime.get(height) as { at: number } | undefined)?.at ?? 0,
    /** Categories of a taxonomy; undefined where it is not there. */
    categoriesOf(taxonomy: Governed): ReadonlySet<string> | undefined {
      const categories = readCategories(taxonomy);
      return categories && new Set(categories.map(({ id }) => id));
    },
    /** With what stands below what; without any category where it is not there. */
    taxonomyOf: (taxonomy: Governed): Taxonomy => createTaxonomy(readCategories(taxonomy) ?? []),
    /** The batches below a height and where they stand, in the order of the ledger; heights count blocks. */
    listPlaces: (height: number) =>
      selectPlaces.all(height) as { digest: string; height: number; position: number }[],
    /** Whether a batch on the ledger names this manifest. */
    isAsserted: (manifest: string) => selectManifest.get(manifest) !== undefined,
    /** In the order of the ledger. */
    listBatches(
      member: string | undefined,
      { cursor = START, limit }: PageRequest<LedgerPosition>,
    ): Page<ProjectedRecord<LabelBatchRecord>> {
      const rows =
        member === undefined
          ? selectBatches.all(...cursor, limit + 1)
          : selectBatchesOf.all(member, ...cursor, limit + 1);
      return page(rows, limit) as Page<ProjectedRecord<LabelBatchRecord>>;
    },
    /** Of one label, or of the whole batch where no leaf is given; in the order of the ledger. */
    listResponses(
      { batch, leaf = null }: { batch: string; leaf?: string | null | undefined },
      { cursor = START, limit }: PageRequest<LedgerPosition>,
    ): Page<LabelResponse> {
      const rows = selectResponses.all(batch, leaf, ...cursor, limit + 1);
      return page(rows, limit) as Page<LabelResponse>;
    },
    /** Of a batch as a whole and of every label in it, in the order of the ledger. */
    listResponsesWithin(
      batch: string,
      { cursor = START, limit }: PageRequest<LedgerPosition>,
    ): Page<LabelResponse> {
      return page(
        selectResponsesWithin.all(batch, ...cursor, limit + 1),
        limit,
      ) as Page<LabelResponse>;
    },
    /** Of one label, or of the whole batch where no leaf is given, below a height. */
    listResponsesBelow(batch: string, leaf: string | null, height: number): LabelResponse[] {
      const rows = selectResponsesBelow.all(batch, leaf, height) as unknown as RecordRow[];
      return rows.map(showRecord) as LabelResponse[];
    },
    /** Everything about labels after a place on the ledger, in its order. */
    listActs(after: LedgerPosition, limit: number): LabelAct[] {
      return (selectActs.all(...after, limit) as unknown as RecordRow[]).map(
        showRecord,
      ) as LabelAct[];
    },
    /** @param latest time of the ledger's latest transaction: no clock of ours decides (O-2). */
    findDispute(id: string, latest: number): ShownDispute | undefined {
      const dispute = records.find<DisputeRecord>(disputeKey(id));
      return dispute && showDispute(dispute, latest);
    },
    /** In the order of the ledger. */
    listDisputes(
      { answerer, state }: { answerer?: string | undefined; state?: DisputeState | undefined },
      latest: number,
      { cursor = START, limit }: PageRequest<LedgerPosition>,
    ): Page<ShownDispute> {
      const conditions = ['(block, position) > (?, ?)'];
      const values: (string | number)[] = [];
      if (answerer !== undefined) {
        conditions.push('answerer = ?');
        values.push(answerer);
      }
      if (state !== undefined) {
        conditions.push(IN_STATE[state]);
        values.push(latest);
      }
      const sql = `SELECT id, block, position FROM dispute WHERE ${conditions.join(' AND ')}
        ORDER BY block, position LIMIT ?`;
      const rows = database.prepare(sql).all(...cursor, ...values, limit + 1);
      return toPage(
        rows as unknown as { id: string; block: number; position: number }[],
        limit,
        ({ block, position }) => [block, position],
        ({ id }) => showDispute(records.find<DisputeRecord>(disputeKey(id))!, latest),
      );
    },
  };
}

/** Reviews as the projection has them: objections with what is still owed, and what was said of a subject. */
import type { DatabaseSync } from 'node:sqlite';
import { objectionKey } from '@tabellion/chaincode/review/key';
import type {
  AuthenticityRecord,
  ObjectionRecord,
  RegularityRecord,
  ReplyRecord,
  WeightRecord,
} from '@tabellion/chaincode/review/record';
import { type LedgerPosition, type Page, toPage } from '../projection/cursor.ts';
import type { PageRequest } from '../projection/evidence-view.ts';
import {
  createRecords,
  type ProjectedRecord,
  type RecordRow,
  showRecord,
} from '../projection/records.ts';

/** DUE: unanswered, and in time; OVERDUE: unanswered after `answerBy`. A late answer says so itself. */
export const OBJECTION_STATES = ['DUE', 'OVERDUE', 'ANSWERED'] as const;
type ObjectionStateName = (typeof OBJECTION_STATES)[number];

export interface ShownObjection {
  readonly objection: ProjectedRecord<ObjectionRecord>;
  /** In the order of the ledger. */
  readonly replies: readonly ProjectedRecord<ReplyRecord>[];
  readonly state: ObjectionStateName;
}

export type Review = ProjectedRecord<
  ObjectionRecord | ReplyRecord | RegularityRecord | AuthenticityRecord | WeightRecord
>;

export interface ObjectionFilter {
  /** MSP ID of the member that must answer. */
  readonly answerer?: string | undefined;
  readonly subject?: string | undefined;
  readonly state?: ObjectionStateName | undefined;
}

const START: LedgerPosition = [-1, -1];
const IN_STATE: Readonly<Record<ObjectionStateName, string>> = {
  DUE: 'o.answered = 0 AND o.answer_by >= ?',
  OVERDUE: 'o.answered = 0 AND o.answer_by < ?',
  ANSWERED: 'o.answered = 1 AND 0 <= ?',
};

export function createReviewView(database: DatabaseSync) {
  const records = createRecords(database);
  const selectReviews = database.prepare(
    `SELECT s.key, s.value, s.tx_id, s.block, s.position, s.late
     FROM review r CROSS JOIN state s ON s.key = r.key
     WHERE r.subject = ? AND (r.block, r.position) > (?, ?) ORDER BY r.block, r.position LIMIT ?`,
  );

  /** @param latest time of the ledger's latest transaction: no clock of ours decides (O-2). */
  const show = (objection: ProjectedRecord<ObjectionRecord>, latest: number): ShownObjection => {
    const { id, answerBy } = objection.record;
    const replies = records
      .list<ReplyRecord>(`reply/${id}`)
      .sort((a, b) => a.block - b.block || a.position - b.position);
    const open = latest > answerBy ? 'OVERDUE' : 'DUE';
    return { objection, replies, state: replies.length > 0 ? 'ANSWERED' : open };
  };

  const select = ({ answerer, subject, state }: ObjectionFilter, latest: number) => {
    const conditions = ['(o.block, o.position) > (?, ?)'];
    const values: (string | number)[] = [];
    if (answerer !== undefined) {
      conditions.push('o.answerer = ?');
      values.push(answerer);
    }
    if (subject !== undefined) {
      conditions.push(`'objection/' || o.id IN (SELECT key FROM review WHERE subject = ?)`);
      values.push(subject);
    }
    if (state !== undefined) {
      conditions.push(IN_STATE[state]);
      values.push(latest);
    }
    const sql = `SELECT o.id, o.block, o.position FROM objection o
      WHERE ${conditions.join(' AND ')} ORDER BY o.block, o.position LIMIT ?`;
    return { statement: database.prepare(sql), values };
  };

  return {
    find(id: string, latest: number): ShownObjection | undefined {
      const objection = records.find<ObjectionRecord>(objectionKey(id));
      return objection && show(objection, latest);
    },
    /** In the order of the ledger. */
    listObjections(
      filter: ObjectionFilter,
      latest: number,
      { cursor = START, limit }: PageRequest<LedgerPosition>,
    ): Page<ShownObjection> {
      const { statement, values } = select(filter, latest);
      const rows = statement.all(...cursor, ...values, limit + 1) as unknown as {
        id: string;
        block: number;
        position: number;
      }[];
      return toPage(
        rows,
        limit,
        ({ block, position }) => [block, position],
        ({ id }) => show(records.find<ObjectionRecord>(objectionKey(id))!, latest),
      );
    },
    /** All that was said of one acquisition or item itself, in the order of the ledger. */
    listReviews(
      subject: string,
      { cursor = START, limit }: PageRequest<LedgerPosition>,
    ): Page<Review> {
      const rows = selectReviews.all(subject, ...cursor, limit + 1) as unknown as RecordRow[];
      return toPage(
        rows,
        limit,
        ({ block, position }) => [block, position],
        (row) => showRecord(row) as Review,
      );
    },
  };
}

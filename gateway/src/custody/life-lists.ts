/**
 * What others add to the life of an item without an end, page by page in the order of the ledger: a page
 * costs the same however much there is.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { ItemRecord } from '@tabellion/chaincode/custody/record';
import type { ObjectionRecord } from '@tabellion/chaincode/review/record';
import { type LedgerPosition, type Page, toPage } from '../projection/cursor.ts';
import type { PageRequest } from '../projection/evidence-view.ts';
import { createRecords } from '../projection/records.ts';
import { createReviewView } from '../review/view.ts';
import type { LifeListName, LifeLists } from './life.ts';

export type LifeListPage<Name extends LifeListName> = Page<LifeLists[Name]>;

interface Row {
  readonly key: string;
  readonly block: number;
  readonly position: number;
}

const START: LedgerPosition = [-1, -1];
/** Reviews by the first part of their keys. */
const WORDS = {
  regularity: 'regularity',
  authenticity: 'authenticity',
  weights: 'weight',
} as const;

export function createLifeLists(database: DatabaseSync) {
  const records = createRecords(database);
  const reviews = createReviewView(database);
  const selectDerived = database.prepare(
    `SELECT 'item/' || id AS key, block, position FROM item
     WHERE source = ? AND (block, position) > (?, ?) ORDER BY block, position LIMIT ?`,
  );
  const selectReviews = database.prepare(
    `SELECT key, block, position FROM review
     WHERE subject = ? AND word = ? AND (block, position) > (?, ?)
     ORDER BY block, position LIMIT ?`,
  );
  const selectSubjects = database.prepare(
    `WITH RECURSIVE made (id, source, acquisition) AS (
       SELECT id, source, acquisition FROM item WHERE id = ?
       UNION ALL SELECT i.id, i.source, i.acquisition FROM made m JOIN item i ON i.id = m.source)
     SELECT id AS subject FROM made UNION SELECT acquisition FROM made`,
  );
  const selectLatest = database.prepare('SELECT latest FROM progress');

  type Request = PageRequest<LedgerPosition>;
  const page = <T>(rows: readonly Row[], { limit }: Request, show: (row: Row) => T): Page<T> =>
    toPage(rows, limit, ({ block, position }) => [block, position], show);

  /** Of the item, of all that it was made from, and of the acquisition: each gives a page at most. */
  const listReviews = (item: string, word: string, { cursor = START, limit }: Request): Row[] => {
    const subjects = selectSubjects.all(item) as unknown as { subject: string }[];
    return subjects
      .flatMap(
        ({ subject }) => selectReviews.all(subject, word, ...cursor, limit + 1) as unknown as Row[],
      )
      .sort((a, b) => a.block - b.block || a.position - b.position)
      .slice(0, limit + 1);
  };

  const listJudgments =
    <Name extends keyof typeof WORDS>(name: Name) =>
    (item: string, request: Request) =>
      page(
        listReviews(item, WORDS[name], request),
        request,
        ({ key }) => records.find(key) as LifeLists[Name],
      );

  const lists: {
    readonly [Name in LifeListName]: (item: string, request: Request) => LifeListPage<Name>;
  } = {
    derived: (item, request) => {
      const { cursor = START, limit } = request;
      const rows = selectDerived.all(item, ...cursor, limit + 1) as unknown as Row[];
      return page(rows, request, ({ key }) => records.find<ItemRecord>(key)!);
    },
    objections: (item, request) => {
      const { latest } = selectLatest.get() as { latest: number };
      return page(listReviews(item, 'objection', request), request, ({ key }) => {
        const { id } = records.find<ObjectionRecord>(key)!.record;
        const { objection, replies, state } = reviews.find(id, latest)!;
        return { objection, replies, overdue: state === 'OVERDUE' };
      });
    },
    regularity: listJudgments('regularity'),
    authenticity: listJudgments('authenticity'),
    weights: listJudgments('weights'),
  };
  return lists;
}

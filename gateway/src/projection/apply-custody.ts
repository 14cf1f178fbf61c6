/** Rows of items, their steps, and what is said of evidence in review. */
import type { DatabaseSync } from 'node:sqlite';
import type {
  CustodyRecord,
  ItemHeadRecord,
  ItemRecord,
} from '@tabellion/chaincode/custody/record';
import type { MemberRecord } from '@tabellion/chaincode/member/record';
import type {
  ObjectionRecord,
  RegularityRecord,
  ReviewFlag,
  Subject,
} from '@tabellion/chaincode/review/record';
import type { TimedTransaction } from './apply.ts';
import { createRecords, parseStored as parse } from './records.ts';

export const isStep = (key: string): boolean => key.startsWith('custody/');

/** Flags of an item beside those of its records: what later records or their place say of it. */
export const ITEM_STATE_FLAGS = [
  'LATE',
  'CORRECTED',
  'OBJECTION',
  'CHALLENGED',
  'EXCLUDED',
  'SELF_REVIEW',
] as const;

/** How an offer ended, by the kind of the step that ended it. */
const ENDS: Partial<Record<CustodyRecord['kind'], string>> = {
  ACCEPT: 'accepted',
  REFUSE: 'refused',
  WITHDRAW: 'withdrawn',
};

interface ItemRow {
  readonly acquisition: string;
  readonly status: string;
  readonly offer_abroad: number | null;
}

/** Counts that would else cost a look at every item; see `custody/statistics.ts` for what they mean. */
export const tallyName = {
  status: (status: string) => `status/${status}`,
  origin: (kind: string) => `origin/${kind}`,
  handOver: (what: string, abroad: boolean) => `hand-over/${abroad ? 'abroad' : 'home'}/${what}`,
};

/** Prepares the statements once; runs inside the database transaction of the block. */
export function createCustodyWriter(database: DatabaseSync) {
  const run = (sql: string) => {
    const statement = database.prepare(sql);
    return (...values: (string | number | null | Uint8Array)[]) => void statement.run(...values);
  };
  const records = createRecords(database);
  const addItem = run(
    'INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL, NULL)',
  );
  const setHead = run(
    'UPDATE item SET status = ?, holder = ?, mirror = ?, offered_to = ? WHERE id = ?',
  );
  const setOffer = run(
    'UPDATE item SET offer_block = ?, offer_position = ?, offer_abroad = ? WHERE id = ?',
  );
  const addStep = run('INSERT INTO step VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const deleteStep = run('DELETE FROM step WHERE key = ?');
  const addFlag = run(
    `INSERT OR IGNORE INTO item_flag SELECT ?, block, position, id FROM item WHERE id = ?`,
  );
  const addReview = run('INSERT INTO review VALUES (?, ?, ?, ?, ?)');
  const addObjection = run('INSERT INTO objection VALUES (?, ?, ?, ?, ?, 0)');
  const setAnswered = run('UPDATE objection SET answered = 1 WHERE id = ?');
  const addToTally = run(
    'INSERT INTO tally VALUES (?1, ?2) ON CONFLICT DO UPDATE SET number = number + ?2',
  );
  const selectItem = database.prepare(
    'SELECT acquisition, status, offer_abroad FROM item WHERE id = ?',
  );
  const findItem = (id: string) => selectItem.get(id) as ItemRow | undefined;

  const applyItem = (id: string, record: ItemRecord, block: number, tx: TimedTransaction) => {
    const { leaf, origin, mirrorOf, case: reference } = record;
    const source = origin.kind === 'DERIVED' ? origin.source : null;
    // Where nothing stands that the contract asks for, null is refused, and the transaction with it.
    const acquisition =
      origin.kind === 'DERIVED'
        ? (findItem(origin.source)?.acquisition ?? null)
        : origin.acquisition;
    const head = records.find<ItemHeadRecord>(`item-head/${id}`)?.record;
    const { status = null, mirror = null } = head ?? {};
    const holder = head?.holder.member ?? null;
    const place = mirrorOf?.jurisdiction ?? null;
    addItem(
      ...[id, leaf, block, tx.position, reference, acquisition, origin.kind, source],
      ...[status, holder, mirror, place],
    );
    addToTally(tallyName.status(String(status)), 1);
    addToTally(tallyName.origin(origin.kind), 1);
    for (const flag of record.flags) addFlag(flag, id);
    if (tx.late) addFlag('LATE', id);
  };

  const applyHead = (id: string, { status, holder, mirror, offer }: ItemHeadRecord) => {
    const before = findItem(id);
    // The item's own record comes in the same transaction, and reads this one.
    if (!before) return;
    setHead(status, holder.member, mirror, offer?.to.member ?? null, id);
    if (before.status === status) return;
    addToTally(tallyName.status(before.status), -1);
    addToTally(tallyName.status(status), 1);
  };

  const isAbroad = (record: CustodyRecord & { kind: 'OFFER' }) =>
    records.find<MemberRecord>(`member/${record.to.member}`)?.record.jurisdiction !==
    record.act.jurisdiction;

  const countHandOver = (record: CustodyRecord, block: number, position: number) => {
    const { item, kind } = record;
    if (kind === 'OFFER') {
      const abroad = isAbroad(record);
      setOffer(block, position, Number(abroad), item);
      addToTally(tallyName.handOver('offered', abroad), 1);
    }
    const end = ENDS[kind];
    if (end) addToTally(tallyName.handOver(end, findItem(item)?.offer_abroad === 1), 1);
  };

  const applyStep = (key: string, value: Uint8Array, block: number, tx: TimedTransaction) => {
    const record = parse<CustodyRecord>(value);
    const { item, sequence, kind } = record;
    addStep(item, sequence, key, value, block, tx.position, tx.txId, Number(tx.late));
    for (const flag of record.flags) addFlag(flag, item);
    if (tx.late) addFlag('LATE', item);
    if (kind === 'CORRECT') addFlag('CORRECTED', item);
    countHandOver(record, block, tx.position);
  };

  /** Flags stay where they are with the subject: an acquisition's are told with it. */
  const markItem = ({ kind, id }: Subject, flag: string) => {
    if (kind === 'ITEM') addFlag(flag, id);
  };

  const applyReview = (key: string, value: Uint8Array, block: number, position: number) => {
    const [word = '', id = ''] = key.split('/');
    const { subject, flags = [] } = parse<{ subject: Subject; flags?: ReviewFlag[] }>(value);
    addReview(subject.id, block, position, word, key);
    if (word === 'objection') {
      const { answerer, answerBy } = parse<ObjectionRecord>(value);
      addObjection(id, block, position, answerer, answerBy);
      markItem(subject, 'OBJECTION');
    }
    if (word === 'reply') setAnswered(id);
    for (const flag of flags) markItem(subject, flag);
    if (word === 'regularity') {
      const { outcome } = parse<RegularityRecord>(value);
      if (outcome !== 'ACCEPTED') markItem(subject, outcome);
    }
  };

  return {
    deleteStep,
    /** What stands under other words is not for here. */
    applyWrite(key: string, value: Uint8Array, block: number, tx: TimedTransaction) {
      const [word, id = ''] = key.split('/');
      switch (word) {
        case 'item':
          return applyItem(id, parse<ItemRecord>(value), block, tx);
        case 'item-head':
          return applyHead(id, parse<ItemHeadRecord>(value));
        case 'custody':
          return applyStep(key, value, block, tx);
        case 'objection':
        case 'reply':
        case 'regularity':
        case 'authenticity':
        case 'weight':
          return applyReview(key, value, block, tx.position);
      }
    },
  };
}

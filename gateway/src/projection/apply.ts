/** Turns the valid transactions of a block into rows. */
import type { DatabaseSync } from 'node:sqlite';
import type {
  AcquisitionRecord,
  AnswerRecord,
  BatchRecord,
  ClosingRecord,
  JournalRecord,
  LocationRecord,
  SegregationRecord,
} from '@tabellion/chaincode/evidence/record';
import { toHex } from '@tabellion/proof';
import { createCustodyWriter, isStep } from './apply-custody.ts';
import { createLabelWriter } from './apply-labels.ts';
import { createOrderWriter } from './apply-orders.ts';
import { isTime, type ProjectedBlock, type ProjectedTransaction } from './read-block.ts';
import { parseStored as parse, UnreadableRecord } from './records.ts';

export type TimedTransaction = ProjectedTransaction & { readonly late: boolean };
/** Returns the transactions that could not be projected. */
export type BlockWriter = (block: ProjectedBlock) => readonly ProjectedTransaction[];

/** Prepares the statements once; the writer runs inside the caller's database transaction. */
export function createBlockWriter(database: DatabaseSync): BlockWriter {
  const run = (sql: string) => {
    const statement = database.prepare(sql);
    return (...values: (string | number | null | Uint8Array)[]) => void statement.run(...values);
  };
  const putState =
    run(`INSERT INTO state VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?3, ?4) ON CONFLICT (key) DO UPDATE SET
    value = excluded.value, block = excluded.block, position = excluded.position,
    tx_id = excluded.tx_id, late = excluded.late`);
  const deleteState = run('DELETE FROM state WHERE key = ?');
  const addEvent = run('INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)');
  const addAcquisition = run('INSERT INTO acquisition VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)');
  const setBorder = run(
    'UPDATE acquisition SET cross_border = ?, notice_latest = NULL WHERE id = ?',
  );
  const setItems = run('UPDATE acquisition SET items = ? WHERE id = ?');
  const addTouched = run('INSERT OR IGNORE INTO touched VALUES (?, ?, 0)');
  const setAnswered = run(
    'UPDATE touched SET answered = 1 WHERE jurisdiction = ? AND acquisition = ?',
  );
  const addFlag = run('INSERT OR IGNORE INTO flag VALUES (?, ?)');
  const removeFlag = run('DELETE FROM flag WHERE flag = ? AND acquisition = ?');
  const addBatch = run('INSERT INTO batch VALUES (?, ?, ?, ?, ?)');
  const addJournal = run('INSERT INTO journal VALUES (?, ?, ?, ?)');
  const setProgress = run('UPDATE progress SET height = ?, hash = ?, latest = max(latest, ?)');
  const setGenesis = run('UPDATE channel SET genesis = ?');
  const setConfig = run('UPDATE channel SET config = ?');
  const addDefinition = run('INSERT INTO definition VALUES (?, ?, ?, ?, ?)');
  const addUnreadable = run('INSERT OR REPLACE INTO unreadable VALUES (?, ?, ?, ?)');
  const removeUnreadable = run('DELETE FROM unreadable WHERE key = ?');
  const custody = createCustodyWriter(database);
  const labels = createLabelWriter(database);
  const orders = createOrderWriter(database);
  const selectLatest = database.prepare('SELECT latest FROM progress');
  const selectWindow = database.prepare(
    `SELECT value FROM state WHERE key = 'parameter/timeWindowSeconds'`,
  );

  /** Times before this were not possible for a transaction sent without delay (O-2). */
  const earliestTimely = () => {
    const { latest } = selectLatest.get() as { latest: number };
    const row = selectWindow.get() as { value: Uint8Array } | undefined;
    return row ? latest - parse<{ value: number }>(row.value).value * 1000 : 0;
  };

  const applyAcquisition = (record: AcquisitionRecord, block: number, position: number) => {
    const { id, act, route, crossBorder } = record;
    const latest = record.delayedNotice?.latest ?? null;
    addAcquisition(id, block, position, record.case, act.member, route, crossBorder, latest);
    for (const jurisdiction of record.touched) addTouched(jurisdiction, id);
    for (const flag of record.flags) addFlag(flag, id);
  };

  /** What became known later decides; the first record stays as it was. */
  const applyLocation = ({ acquisition, crossBorder, touched, overdue }: LocationRecord) => {
    setBorder(crossBorder, acquisition);
    for (const jurisdiction of touched) addTouched(jurisdiction, acquisition);
    const mark = (flag: string, on: boolean) => (on ? addFlag : removeFlag)(flag, acquisition);
    mark('CROSS_BORDER', crossBorder === 'YES');
    mark('JURISDICTION_UNKNOWN', crossBorder === 'UNKNOWN');
    if (overdue) addFlag('NOTICE_OVERDUE', acquisition);
  };

  const applyWrite = (key: string, value: Uint8Array, block: number, tx: TimedTransaction) => {
    const [word, id = ''] = key.split('/');
    switch (word) {
      case 'acquisition':
        applyAcquisition(parse<AcquisitionRecord>(value), block, tx.position);
        if (tx.late) addFlag('LATE', id);
        return;
      case 'batch': {
        const record = parse<BatchRecord>(value);
        addBatch(record.acquisition, record.sequence, id, record.manifest, record.size);
        for (const flag of record.flags) addFlag(flag, record.acquisition);
        if (tx.late) addFlag('LATE', record.acquisition);
        return;
      }
      case 'closing':
        return setItems(parse<ClosingRecord>(value).items, id);
      case 'location':
        return applyLocation(parse<LocationRecord>(value));
      case 'segregation':
        return removeFlag('FULL_COPY_UNSEGREGATED', parse<SegregationRecord>(value).acquisition);
      case 'answer': {
        const { acquisition, position, act } = parse<AnswerRecord>(value);
        setAnswered(act.jurisdiction, acquisition);
        if (position === 'OBJECTION') addFlag('OBJECTION', acquisition);
        return;
      }
      case 'journal': {
        const { act, sequence, root } = parse<JournalRecord>(value);
        return addJournal(act.member, sequence, root, id);
      }
      default:
        custody.applyWrite(key, value, block, tx);
        labels.applyWrite(key, value, block, tx.position);
        return orders.applyWrite(key, value, block, tx.position);
    }
  };

  const applyTransaction = (block: number, tx: TimedTransaction) => {
    // Our contracts delete nothing, and nothing else is readable.
    const writes = tx.writes.flatMap(({ key, value }) => (value === null ? [] : [{ key, value }]));
    for (const { key, value } of writes) {
      removeUnreadable(key);
      // Steps stand item by item in a table of their own, so that a time line lies in one place.
      if (!isStep(key)) putState(key, value, block, tx.position, tx.txId, Number(tx.late));
    }
    for (const { key, value } of writes) applyWrite(key, value, block, tx);
    if (tx.event) {
      const { name, payload } = tx.event;
      addEvent(block, tx.position, tx.txId, tx.at, Number(tx.late), name, payload);
    }
  };

  /** False where it holds what our contracts never write; nothing of it is in the tables then. */
  const tryTransaction = (block: number, tx: TimedTransaction): boolean => {
    if (!tx.isReadable) return false;
    database.exec('SAVEPOINT transaction_of_block');
    try {
      applyTransaction(block, tx);
    } catch (error) {
      // Otherwise the block is not written at all, and on a full disk nothing is left to go back to.
      const isTaken = (error as { errcode?: number }).errcode! % 256 === SQLITE_CONSTRAINT;
      if (!isTaken && !(error instanceof UnreadableRecord)) throw error;
      // One of its kind stands there already, or what it rests on cannot be read.
      database.exec('ROLLBACK TO transaction_of_block; RELEASE transaction_of_block');
      return false;
    }
    database.exec('RELEASE transaction_of_block');
    return true;
  };

  const applyChannel = ({ number, hash, config, definitions }: ProjectedBlock) => {
    if (number === 0) setGenesis(toHex(hash));
    if (config) setConfig(config);
    for (const { sequence, block, transaction, version, endorsementPolicy } of definitions) {
      addDefinition(sequence, block, transaction, version, endorsementPolicy);
    }
  };

  return (block) => {
    const timely = earliestTimely();
    let latest = 0;
    applyChannel(block);
    const unreadable = block.transactions.filter((transaction) => {
      const tx = { ...transaction, late: transaction.at < timely };
      if (isTime(tx.at)) latest = Math.max(latest, tx.at);
      if (tryTransaction(block.number, tx)) return false;
      // What stood under its keys before is no longer what the ledger holds.
      for (const { key } of tx.writes) {
        deleteState(key);
        custody.deleteStep(key);
        orders.deleteRows(key);
        addUnreadable(key, block.number, tx.position, tx.txId);
      }
      return true;
    });
    setProgress(block.number + 1, block.hash, latest);
    return unreadable;
  };
}

/** https://sqlite.org/rescode.html: the low byte of an extended code. */
const SQLITE_CONSTRAINT = 19;

/** Turns the valid transactions of a block into rows. */
import type { DatabaseSync } from 'node:sqlite';
import type {
  AcquisitionRecord,
  AnswerRecord,
  BatchRecord,
  JournalRecord,
  LocationRecord,
  SegregationRecord,
} from '@tabellion/chaincode/evidence/record';
import type { ProjectedBlock, ProjectedTransaction } from './read-block.ts';

type TimedTransaction = ProjectedTransaction & { readonly late: boolean };
export type BlockWriter = (block: ProjectedBlock) => void;

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
  const addAcquisition = run('INSERT INTO acquisition VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const setBorder = run(
    'UPDATE acquisition SET cross_border = ?, notice_latest = NULL WHERE id = ?',
  );
  const addTouched = run('INSERT OR IGNORE INTO touched VALUES (?, ?, 0)');
  const setAnswered = run(
    'UPDATE touched SET answered = 1 WHERE jurisdiction = ? AND acquisition = ?',
  );
  const addFlag = run('INSERT OR IGNORE INTO flag VALUES (?, ?)');
  const removeFlag = run('DELETE FROM flag WHERE flag = ? AND acquisition = ?');
  const addBatch = run('INSERT INTO batch VALUES (?, ?, ?, ?, ?)');
  const addJournal = run('INSERT INTO journal VALUES (?, ?, ?, ?)');
  const setProgress = run('UPDATE progress SET height = ?, hash = ?, latest = max(latest, ?)');
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
    }
  };

  return (block) => {
    const timely = earliestTimely();
    let latest = 0;
    for (const transaction of block.transactions) {
      const tx = { ...transaction, late: transaction.at < timely };
      latest = Math.max(latest, tx.at);
      for (const { key, value } of tx.writes) {
        if (value === null) {
          deleteState(key);
          continue;
        }
        putState(key, value, block.number, tx.position, tx.txId, Number(tx.late));
        applyWrite(key, value, block.number, tx);
      }
      if (tx.event) {
        const { name, payload } = tx.event;
        addEvent(block.number, tx.position, tx.txId, tx.at, Number(tx.late), name, payload);
      }
    }
    setProgress(block.number + 1, block.hash, latest);
  };
}

/** Values were validated by the contract that wrote them; a block is not parsed against it again. */
const parse = <T>(value: Uint8Array): T => JSON.parse(Buffer.from(value).toString('utf8')) as T;

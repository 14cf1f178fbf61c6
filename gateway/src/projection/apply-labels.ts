/** The word `label` as rows: batches, and what was said of them, in the order of the ledger. */
import type { DatabaseSync } from 'node:sqlite';
import type {
  DisputeAnswerRecord,
  DisputeRecord,
  LabelBatchRecord,
  LabelSubject,
} from '@tabellion/chaincode/label/record';
import { parseStored as parse } from './records.ts';

/** Prepares the statements once; runs inside the database transaction of the block. */
export function createLabelWriter(database: DatabaseSync) {
  const run = (sql: string) => {
    const statement = database.prepare(sql);
    return (...values: (string | number | null)[]) => void statement.run(...values);
  };
  const addAct = run('INSERT INTO label_act VALUES (?, ?, ?, ?, ?)');
  const addBatch = run('INSERT INTO label_batch VALUES (?, ?, ?, ?, ?)');
  const addDispute = run('INSERT INTO dispute VALUES (?, ?, ?, ?, ?, 0)');
  const setAnswered = run('UPDATE dispute SET answered = 1 WHERE id = ?');

  return {
    /** What stands under other words is not for here. */
    applyWrite(key: string, value: Uint8Array, block: number, position: number) {
      const [word, id = ''] = key.split('/');
      switch (word) {
        case 'label-batch': {
          const { act, manifest } = parse<LabelBatchRecord>(value);
          addAct(block, position, id, null, key);
          return addBatch(id, block, position, act.member, manifest);
        }
        case 'dispute': {
          const { answerer, answerBy } = parse<DisputeRecord>(value);
          addDispute(id, block, position, answerer, answerBy);
          break;
        }
        case 'dispute-answer':
          setAnswered(parse<DisputeAnswerRecord>(value).dispute);
          break;
        case 'label-miss':
        case 'corroboration':
        case 'opinion':
        case 'sighting':
        case 'withdrawal':
          break;
        default:
          return;
      }
      const { batch, label } = parse<LabelSubject>(value);
      addAct(block, position, batch, label?.leaf ?? null, key);
    },
  };
}

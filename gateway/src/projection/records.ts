/** Reading single records and key ranges, as the contracts stored them. */
import type { DatabaseSync } from 'node:sqlite';

export interface ProjectedRecord<T> {
  readonly key: string;
  readonly record: T;
  /** Transaction that wrote the present value. */
  readonly txId: string;
  readonly block: number;
  readonly position: number;
  /** Its time lies before the latest time of earlier blocks minus the window (O-2). */
  readonly late: boolean;
}

/** A stored record as a query gives it. */
export interface RecordRow {
  readonly key: string;
  readonly value: Uint8Array;
  readonly tx_id: string;
  readonly block: number;
  readonly position: number;
  readonly late: number;
}

const COLUMNS = 'key, value, tx_id, block, position, late';

/** Held to its schema when the block was read. */
export const parseStored = <T>(value: Uint8Array): T =>
  JSON.parse(Buffer.from(value).toString('utf8')) as T;

/** As the contracts say it of their own state. */
export class UnreadableRecord extends Error {
  override readonly name = 'UnreadableRecord';
  readonly code = 'STATE_CORRUPT';

  constructor(key: string) {
    super(`what the ledger holds under ${key} is no record of ours`);
  }
}

/** Undefined in place of what cannot be read: of one record too many, for whoever goes on with the others. */
export function unlessUnreadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnreadableRecord) return undefined;
    throw error;
  }
}

export type Records = ReturnType<typeof createRecords>;

export function createRecords(database: DatabaseSync) {
  const selectOne = database.prepare(`SELECT ${COLUMNS} FROM state WHERE key = ?`);
  const selectRange = database.prepare(
    `SELECT ${COLUMNS} FROM state WHERE key > ? AND key < ? ORDER BY key LIMIT ?`,
  );
  const selectInOrder = database.prepare(
    `SELECT ${COLUMNS}, first_block, first_position FROM state
     WHERE key > ? AND key < ? AND (first_block, first_position, key) > (?, ?, ?)
     ORDER BY first_block, first_position, key LIMIT ?`,
  );
  const selectUnreadable = database.prepare('SELECT tx_id FROM unreadable WHERE key = ?');
  return {
    /** @throws UnreadableRecord: that something stands there which we cannot read is not nothing. */
    find<T>(key: string): ProjectedRecord<T> | undefined {
      const row = selectOne.get(key) as RecordRow | undefined;
      if (row) return showRecord<T>(row);
      if (selectUnreadable.get(key)) throw new UnreadableRecord(key);
      return undefined;
    },
    /** Records whose keys begin with `prefix/`, after `after`, in byte order. */
    list: <T>(prefix: string, after: string = `${prefix}/`, limit = -1) =>
      (selectRange.all(after, `${prefix}0`, limit) as unknown as RecordRow[]).map(showRecord<T>),
    /** Records whose keys begin with `prefix/`, in the order in which they were first written. */
    listInOrder: <T>(prefix: string, after: readonly [number, number, string], limit: number) =>
      (
        selectInOrder.all(`${prefix}/`, `${prefix}0`, ...after, limit) as unknown as (RecordRow & {
          first_block: number;
          first_position: number;
        })[]
      ).map((row) => ({
        ...showRecord<T>(row),
        order: [row.first_block, row.first_position, row.key] as const,
      })),
  };
}

export const showRecord = <T>(row: RecordRow): ProjectedRecord<T> => ({
  key: row.key,
  record: parseStored<T>(row.value),
  txId: row.tx_id,
  block: row.block,
  position: row.position,
  late: row.late === 1,
});

/** What the ledger's SQLite files have in common. */
import { rmSync } from 'node:fs';
import {
  DatabaseSync,
  type SQLInputValue,
  type SQLOutputValue,
  type StatementSync,
} from 'node:sqlite';
import { Checkpoints } from '../../../sqlite/checkpoints.ts';
import { writeAtOnce } from '../../../sqlite/write-at-once.ts';
import { LedgerError } from '../../port.ts';

export type Row = Record<string, SQLOutputValue>;

/** Rows of a scan that are fetched at a time. */
const SCAN_PAGE = 128;

/** A database with its statements prepared once each. */
export class Database {
  readonly #database: DatabaseSync;
  readonly #checkpoints: Checkpoints;
  readonly #statements = new Map<string, StatementSync>();

  /**
   * @param schema makes the tables of an empty file and sets `user_version`.
   * @throws LedgerError `UNAVAILABLE` where the tables are of another version.
   */
  constructor(path: string, pragmas: string, schema: { version: number; sql: string }) {
    this.#database = new DatabaseSync(path);
    this.#checkpoints = new Checkpoints(this.#database);
    try {
      this.#database.exec(`PRAGMA locking_mode = EXCLUSIVE; ${pragmas}`);
      const version = this.#database.prepare('PRAGMA user_version').get()!.user_version as number;
      if (version === 0) {
        this.write(() => {
          this.#database.exec(`${schema.sql}; PRAGMA user_version = ${schema.version};`);
        });
      } else if (version !== schema.version) {
        const text = `the format of ${path} is ${version}, not ${schema.version}`;
        throw new LedgerError('UNAVAILABLE', text);
      }
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.prepare(sql).get(...values);
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.prepare(sql).all(...values);
  }

  *iterate(sql: string): Generator<Row> {
    yield* this.prepare(sql).iterate();
  }

  run(sql: string, ...values: SQLInputValue[]): number | bigint {
    return this.prepare(sql).run(...values).changes;
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** All of it or nothing. */
  write(change: () => void): void {
    writeAtOnce(this.#database, change);
    this.#checkpoints.afterCommit();
  }

  /** Brings what a write-ahead log holds into the one file. */
  checkpoint(): void {
    this.#checkpoints.run();
  }

  /**
   * Rows in the order of their keys, fetched a page at a time, so that other statements may run between.
   * @param select with `KEY` where the lower bound of the key stands and `LIMIT` at its end.
   */
  *pages(
    select: (bound: string) => string,
    values: readonly SQLInputValue[],
    range: { start: Uint8Array; end: Uint8Array; includeEnd: boolean },
  ): Generator<Row> {
    const { start, end, includeEnd } = range;
    const upper = end.length === 0 ? '' : includeEnd ? 'AND key <= ?' : 'AND key < ?';
    let lower = '>=';
    let from = start;
    for (;;) {
      const sql = `${select(`key ${lower} ? ${upper}`)} ORDER BY key LIMIT ${SCAN_PAGE}`;
      const rows = this.all(sql, ...values, from, ...(end.length === 0 ? [] : [end]));
      yield* rows;
      if (rows.length < SCAN_PAGE) return;
      from = rows.at(-1)!.key as Uint8Array;
      lower = '>';
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}

/** Files beside a database while it is open, and after a kill. */
export const SIDE_FILES = ['-wal', '-shm', '-journal'] as const;

export function removeDatabase(path: string): void {
  for (const suffix of ['', ...SIDE_FILES]) rmSync(`${path}${suffix}`, { force: true });
}

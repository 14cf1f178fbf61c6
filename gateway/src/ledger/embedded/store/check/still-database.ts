/** Reads a SQLite file of a ledger that is not running, without changing anything beside it. */
import { copyFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { isDatabaseDamage } from '../../../damage.ts';
import { SIDE_FILES } from '../database.ts';

/** @param scratch a directory for copies, where an interrupted run left more than the file itself. */
export function openStill(path: string, scratch: string): DatabaseSync {
  const beside = SIDE_FILES.filter((suffix) => {
    const stat = statSync(`${path}${suffix}`, { throwIfNoEntry: false });
    return stat !== undefined && stat.size > 0;
  });
  if (beside.length === 0) {
    const url = pathToFileURL(path);
    url.searchParams.set('immutable', '1');
    return new DatabaseSync(url, { readOnly: true });
  }
  // SQLite would finish here what was interrupted there.
  const copy = join(scratch, basename(path));
  for (const suffix of ['', ...beside]) copyFileSync(`${path}${suffix}`, `${copy}${suffix}`);
  return new DatabaseSync(copy);
}

/** What SQLite finds wrong with the form of a file, the first ones; it names the page. */
export function listDefects(database: DatabaseSync): string[] {
  const rows = database.prepare('PRAGMA integrity_check(10)').all();
  return rows
    .map(({ integrity_check }) => integrity_check as string)
    .filter((text) => text !== 'ok');
}

/** Tables and indexes as they were made. @param query runs a query on the database. */
export function describeSchema(query: (sql: string) => Iterable<object>): string {
  const tables = 'SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name';
  return JSON.stringify(['PRAGMA user_version', tables].map((sql) => [...query(sql)]));
}

export const queryOf =
  (database: DatabaseSync) =>
  (sql: string): Iterable<object> =>
    database.prepare(sql).all();

/** Blocks that the state has, if it has all of them up to the last. */
export function readHeight(state: DatabaseSync): number {
  const sql = 'SELECT coalesce(max(number) + 1, 0) AS height, count(*) AS count FROM block';
  const { count, height } = state.prepare(sql).get() as { count: number; height: number };
  return Math.min(count, height);
}

/** What SQLite says of our own statements on a file whose tables are not ours, besides plain damage. */
const SQLITE_ERROR = 1;
export const isBrokenDatabase = (error: unknown): boolean => {
  const { code, errcode } = error as { code?: string; errcode?: number };
  return isDatabaseDamage(error) || errcode === SQLITE_ERROR || code === 'ERR_OUT_OF_RANGE';
};

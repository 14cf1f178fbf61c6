import type { DatabaseSync } from 'node:sqlite';

/** All of it or nothing. @throws what `change` throws, and SQLite. */
export function writeAtOnce(database: DatabaseSync, change: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    change();
    database.exec('COMMIT');
  } catch (error) {
    // A full disk has ended it already.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

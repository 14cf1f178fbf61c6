/**
 * One process for a directory. Node has no file locks of its own, SQLite has: an open transaction on an
 * empty database, which stays empty. The databases of the ledger are not locked for this, because they
 * may be thrown away and made again, and because closing any handle of a file drops its process's locks.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isDatabaseDamage, LedgerDamage } from '../../damage.ts';
import { LedgerError } from '../../port.ts';

export const LOCK_FILE = 'lock';
const NOT_EMPTY = 'it should be empty and only serves to lock: empty it, and start again';

/** Returns what lets go of it. @throws LedgerError `UNAVAILABLE` when it is taken. */
export function lockDirectory(directory: string): () => void {
  const database = new DatabaseSync(join(directory, LOCK_FILE));
  return hold(database, directory, 'BEGIN EXCLUSIVE');
}

/** Keeps a ledger from being opened meanwhile, and writes nothing. Any number may read. */
export function lockToRead(directory: string): () => void {
  const path = join(directory, LOCK_FILE);
  // A copy of a ledger has no lock yet: nobody has opened it.
  if (!existsSync(path)) return () => {};
  const database = new DatabaseSync(path, { readOnly: true });
  return hold(database, directory, 'BEGIN; SELECT count(*) FROM sqlite_schema');
}

function hold(database: DatabaseSync, directory: string, begin: string): () => void {
  try {
    database.exec(`PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; ${begin};`);
    return () => database.close();
  } catch (cause) {
    database.close();
    if (/locked|busy/i.test(String(cause))) {
      const text = `the ledger in ${directory} is open already`;
      throw new LedgerError('UNAVAILABLE', text, { cause });
    }
    if (isDatabaseDamage(cause)) throw new LedgerDamage({ file: LOCK_FILE }, NOT_EMPTY);
    throw cause;
  }
}

import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/**
 * A SQLite file with mode 0600, made before SQLite opens it: what SQLite makes itself, others could
 * read, and the files beside it (`-wal`, `-shm`) get the mode of the first. Commits are fsynced.
 */
export function openPrivateDatabase(file: string): DatabaseSync {
  closeSync(openSync(file, 'a', 0o600));
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  return database;
}

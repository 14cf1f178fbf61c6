/**
 * When what a write-ahead log holds is brought into its SQLite file. SQLite does it behind a commit, and
 * when it closes a file, and tells nobody that it failed (https://sqlite.org/c3ref/wal_autocheckpoint.html).
 * Where commits are not fsynced one by one (`synchronous = NORMAL`), these are the only fsyncs there are:
 * a disk that fails them would go unnoticed. Here it is told to whoever commits, or closes.
 */
import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

/** So much more in a log makes it be brought in, bytes: what SQLite takes by itself is about this. */
const LOG_BYTES = 4 * 1_048_576;

/** https://sqlite.org/rescode.html, low bytes: a statement reads from the log; the disk has no room. */
const LATER = new Set([6, 13]);

/** Of a file whose content can be made again from elsewhere: commits wait for no disk. */
export const DERIVED =
  'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0;';

/** Of a file that was opened as `DERIVED`, which this connection alone writes; others may read it. */
export class Checkpoints {
  readonly #database: DatabaseSync;
  /** Undefined where nothing is kept on disk. */
  readonly #log: string | undefined;
  /** The size of the log at which it is brought in. */
  #due = LOG_BYTES;

  constructor(database: DatabaseSync) {
    this.#database = database;
    const file = database.location();
    this.#log = file === null ? undefined : `${file}-wal`;
  }

  /**
   * To be called after every commit. The log is cut to nothing then, but for what somebody still reads
   * or there is no room for: that is tried again once as much again has come.
   * @throws what the disk says, as SQLite's error.
   */
  afterCommit(): void {
    if (this.#size() >= this.#due) this.run();
  }

  /** Brings in all that can be. @throws as `afterCommit`. */
  run(): void {
    try {
      // Nobody is waited for. A log that was cut shows by its size what has come since.
      this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch (error) {
      if (!LATER.has((error as { errcode?: number }).errcode! & 0xff)) throw error;
    }
    this.#due = this.#size() + LOG_BYTES;
  }

  /**
   * Closes the database. @throws as `afterCommit`; then it stays open, for closing it would try the same
   * again in silence, and leave no log to begin with after a restart.
   */
  close(): void {
    this.run();
    this.#database.close();
  }

  #size(): number {
    if (this.#log === undefined) return 0;
    return statSync(this.#log, { throwIfNoEntry: false })?.size ?? 0;
  }
}

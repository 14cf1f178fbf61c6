/** The journal's SQLite file: entries by member and position, and the batches that cover them. */
import { openPrivateDatabase } from '../identity/private-database.ts';
import { writeAtOnce } from '../sqlite/write-at-once.ts';

export interface StoredEntry {
  /** Counts from 1 for each member. */
  readonly position: number;
  readonly at: number;
  /** RFC 8785 bytes of the entry: the Merkle leaf's input. */
  readonly bytes: Uint8Array;
}

export interface StoredBatch {
  readonly member: string;
  /** Counts from 1 for each member in this file; the ledger's own sequence stands in its record. */
  readonly number: number;
  readonly first: number;
  readonly last: number;
  /** Merkle root, hex. */
  readonly root: string;
  readonly from: number;
  readonly to: number;
  /** Digest of the journal record on the ledger; null until it is known to be committed. */
  readonly digest: string | null;
}

/** What of a member's journal no batch covers yet. */
export interface Uncovered {
  readonly entries: number;
  /** Time of the first of them, and of the first that commits to something; null where there is none. */
  readonly since: number | null;
  readonly committedSince: number | null;
}

export interface NewEntry {
  readonly member: string;
  readonly at: number;
  readonly bytes: Uint8Array;
  /** What the entry commits to; stays here, is shown under audit only, and is erased in time. */
  readonly opening?: Uint8Array | undefined;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS entry (
    member TEXT NOT NULL, position INTEGER NOT NULL, at INTEGER NOT NULL, bytes BLOB NOT NULL,
    PRIMARY KEY (member, position)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS batch (
    member TEXT NOT NULL, number INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    root TEXT NOT NULL, earliest INTEGER NOT NULL, latest INTEGER NOT NULL, digest TEXT,
    PRIMARY KEY (member, number)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS opening (
    member TEXT NOT NULL, position INTEGER NOT NULL, bytes BLOB NOT NULL,
    PRIMARY KEY (member, position)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS batch_by_first ON batch (member, first);
  PRAGMA user_version = 1;
`;
/**
 * Entries of whoever came with a grant are looked up grant by grant, in a journal that grows for years;
 * only they stand in the index. A journal that was written before it had one gets it when it is opened.
 */
const WHO = `CAST(bytes AS TEXT) ->> '$.who'`;
const IS_GUEST = `${WHO} GLOB 'grant/*'`;
const INDEX = `CREATE INDEX IF NOT EXISTS entry_of_guest ON entry (member, ${WHO}, position)
  WHERE ${IS_GUEST}`;
/** Entries of one member's journal and one grant, from a position on. */
export const OF_GUEST = `SELECT position, at, bytes FROM entry INDEXED BY entry_of_guest
  WHERE member = ? AND ${WHO} = ? AND ${IS_GUEST} AND position >= ? ORDER BY position LIMIT ?`;
/** Position of a member's last entry that a batch covers. */
const COVERED = `SELECT coalesce(
  (SELECT last FROM batch WHERE member = :member ORDER BY number DESC LIMIT 1), 0)`;
/** Members with openings, each found by one look into the table, which may be large. */
const OPENERS = `WITH RECURSIVE opener(member) AS (
    SELECT min(member) FROM opening UNION ALL
    SELECT (SELECT min(member) FROM opening WHERE member > opener.member) FROM opener
      WHERE opener.member IS NOT NULL)
  SELECT member FROM opener WHERE member IS NOT NULL`;
const BATCH_COLUMNS =
  'member, number, first, last, root, earliest AS "from", latest AS "to", digest';

export type JournalStore = ReturnType<typeof openJournalStore>;

/** Opens or creates the file. Every commit is on disk when it returns (WAL, synchronous=FULL). */
export function openJournalStore(file: string) {
  const database = openPrivateDatabase(file);
  // What is erased is to be gone.
  database.exec('PRAGMA secure_delete = ON');
  database.exec(SCHEMA);
  database.exec(INDEX);
  const insertEntry = database.prepare(
    `INSERT INTO entry SELECT :member, coalesce(max(position), 0) + 1, :at, :bytes
     FROM entry WHERE member = :member RETURNING position`,
  );
  const insertOpening = database.prepare('INSERT INTO opening VALUES (?, ?, ?)');
  const selectOpening = database.prepare(
    'SELECT bytes FROM opening WHERE member = ? AND position = ?',
  );
  const selectEntries = database.prepare(
    `SELECT position, at, bytes FROM entry
     WHERE member = ? AND position >= ? ORDER BY position LIMIT ?`,
  );
  const selectOfGuest = database.prepare(OF_GUEST);
  const selectUncovered = database.prepare(
    `SELECT position, at, bytes FROM entry WHERE member = :member AND position > (${COVERED})
     ORDER BY position LIMIT :limit`,
  );
  const selectWaiting = database.prepare(
    `WITH covered(last) AS (${COVERED})
     SELECT coalesce((SELECT max(position) FROM entry WHERE member = :member), 0)
         - (SELECT last FROM covered) AS entries,
       (SELECT at FROM entry WHERE member = :member AND position > (SELECT last FROM covered)
         ORDER BY position LIMIT 1) AS since,
       (SELECT entry.at FROM opening JOIN entry USING (member, position)
         WHERE opening.member = :member AND opening.position > (SELECT last FROM covered)
         ORDER BY opening.position LIMIT 1) AS committedSince`,
  );
  const selectOpeners = database.prepare(OPENERS);
  const selectFirstOpenings = database.prepare(
    `SELECT position, at FROM opening JOIN entry USING (member, position)
     WHERE opening.member = ? ORDER BY opening.position LIMIT ?`,
  );
  const deleteOpening = database.prepare('DELETE FROM opening WHERE member = ? AND position = ?');
  const insertBatch = database.prepare('INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const settleBatch = database.prepare(
    'UPDATE batch SET digest = ? WHERE member = ? AND number = ?',
  );
  const selectLast = database.prepare(
    `SELECT ${BATCH_COLUMNS} FROM batch WHERE member = ? ORDER BY number DESC LIMIT 1`,
  );
  const selectCovering = database.prepare(
    `SELECT ${BATCH_COLUMNS} FROM batch WHERE member = ? AND first <= ?
     ORDER BY batch.first DESC LIMIT 1`,
  );
  const selectMembers = database.prepare('SELECT DISTINCT member FROM entry');
  const flushLog = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)');

  return {
    /** Returns their positions. */
    append(entries: readonly NewEntry[]): number[] {
      const positions: number[] = [];
      writeAtOnce(database, () => {
        for (const { member, at, bytes, opening } of entries) {
          const { position } = insertEntry.get({ member, at, bytes }) as { position: number };
          if (opening !== undefined) insertOpening.run(member, position, opening);
          positions.push(position);
        }
      });
      return positions;
    },
    /** What an entry commits to, where it was kept. */
    openingOf: (member: string, position: number) =>
      (selectOpening.get(member, position) as { bytes: Uint8Array } | undefined)?.bytes,
    entries: (member: string, from: number, limit: number) =>
      selectEntries.all(member, from, limit) as unknown as StoredEntry[],
    /** Of whoever came, or tried to come, with one grant: `who` is `grant/<id>`. */
    entriesOfGuest: (member: string, who: string, from: number, limit: number) =>
      selectOfGuest.all(member, who, from, limit) as unknown as StoredEntry[],
    /** Entries that no batch covers yet. */
    uncovered: (member: string, limit: number) =>
      selectUncovered.all({ member, limit }) as unknown as StoredEntry[],
    /** The same in numbers, found without reading them. */
    waiting: (member: string) => selectWaiting.get({ member }) as unknown as Uncovered,
    /** Erases at most `limit` of what entries from before that time commit to; returns how many. */
    eraseOpenings(before: number, limit: number): number {
      let erased = 0;
      writeAtOnce(database, () => {
        for (const { member } of selectOpeners.all() as { member: string }[]) {
          const oldest = selectFirstOpenings.all(member, limit - erased);
          for (const { position, at } of oldest as { position: number; at: number }[]) {
            if (at >= before) break;
            deleteOpening.run(member, position);
            erased += 1;
          }
        }
      });
      return erased;
    },
    /** Takes what was erased out of the write-ahead log too. @throws where somebody reads from it still. */
    flushErased(): void {
      const { busy } = flushLog.get() as { busy: number };
      if (busy !== 0) throw new Error('what was erased is still in the write-ahead log');
    },
    addBatch(batch: StoredBatch): void {
      const { member, number, first, last, root, from, to, digest } = batch;
      insertBatch.run(member, number, first, last, root, from, to, digest);
    },
    settle: (batch: StoredBatch, digest: string): void =>
      void settleBatch.run(digest, batch.member, batch.number),
    lastBatch: (member: string) => selectLast.get(member) as unknown as StoredBatch | undefined,
    batchOf(member: string, position: number): StoredBatch | undefined {
      const found = selectCovering.get(member, position) as unknown as StoredBatch | undefined;
      return found && found.last >= position ? found : undefined;
    },
    members: () => (selectMembers.all() as { member: string }[]).map((row) => row.member),
    close: () => database.close(),
  };
}

/**
 * The projection's SQLite file. Everything in it comes from the ledger's blocks, so a change of
 * schema drops the file's contents and reads the ledger again.
 */
import { DatabaseSync } from 'node:sqlite';

/** Raise with every change below or in `apply.ts`. */
export const SCHEMA_VERSION = 2;

const SCHEMA = `
  CREATE TABLE progress (
    height INTEGER NOT NULL, hash BLOB, latest INTEGER NOT NULL
  );
  INSERT INTO progress VALUES (0, NULL, 0);
  CREATE TABLE channel (genesis TEXT, config BLOB);
  INSERT INTO channel VALUES (NULL, NULL);
  CREATE TABLE definition (
    sequence INTEGER NOT NULL, block INTEGER NOT NULL, position INTEGER NOT NULL,
    version TEXT NOT NULL, policy BLOB, PRIMARY KEY (block, position)
  ) WITHOUT ROWID;
  CREATE TABLE unreadable (
    key TEXT PRIMARY KEY, block INTEGER NOT NULL, position INTEGER NOT NULL, tx_id TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE state (
    key TEXT PRIMARY KEY, value BLOB NOT NULL,
    block INTEGER NOT NULL, position INTEGER NOT NULL, tx_id TEXT NOT NULL, late INTEGER NOT NULL,
    first_block INTEGER NOT NULL, first_position INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE event (
    block INTEGER NOT NULL, position INTEGER NOT NULL, tx_id TEXT NOT NULL, at INTEGER NOT NULL,
    late INTEGER NOT NULL, name TEXT NOT NULL, payload BLOB NOT NULL,
    PRIMARY KEY (block, position)
  ) WITHOUT ROWID;
  CREATE TABLE acquisition (
    id TEXT PRIMARY KEY, block INTEGER NOT NULL, position INTEGER NOT NULL, case_reference TEXT NOT NULL,
    member TEXT NOT NULL, route TEXT NOT NULL, cross_border TEXT NOT NULL,
    notice_latest INTEGER
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX acquisition_order ON acquisition (block, position);
  CREATE INDEX acquisition_case ON acquisition (case_reference, block, position);
  CREATE INDEX acquisition_member ON acquisition (member, block, position);
  CREATE INDEX acquisition_route ON acquisition (route, block, position);
  CREATE INDEX acquisition_border ON acquisition (cross_border, block, position);
  CREATE INDEX acquisition_notice ON acquisition (notice_latest) WHERE notice_latest IS NOT NULL;
  CREATE TABLE touched (
    jurisdiction TEXT NOT NULL, acquisition TEXT NOT NULL, answered INTEGER NOT NULL,
    PRIMARY KEY (jurisdiction, acquisition)
  ) WITHOUT ROWID;
  CREATE INDEX touched_acquisition ON touched (acquisition);
  CREATE TABLE flag (
    flag TEXT NOT NULL, acquisition TEXT NOT NULL, PRIMARY KEY (flag, acquisition)
  ) WITHOUT ROWID;
  CREATE INDEX flag_acquisition ON flag (acquisition);
  CREATE TABLE batch (
    acquisition TEXT NOT NULL, sequence INTEGER NOT NULL, digest TEXT NOT NULL,
    manifest TEXT NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (acquisition, sequence)
  ) WITHOUT ROWID;
  CREATE INDEX batch_manifest ON batch (manifest);
  CREATE TABLE journal (
    member TEXT NOT NULL, sequence INTEGER NOT NULL, root TEXT NOT NULL, digest TEXT NOT NULL,
    PRIMARY KEY (member, sequence)
  ) WITHOUT ROWID;
  CREATE INDEX journal_root ON journal (member, root);
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** Opens the file; one of another schema version is emptied. */
export function openProjectionFile(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  // Losing the last blocks costs a re-read, not data: no need to wait for the disk.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  const version = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version.user_version !== SCHEMA_VERSION) resetProjection(database);
  return database;
}

/** Drops every table and starts at block 0. */
export function resetProjection(database: DatabaseSync): void {
  const tables = database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all() as {
    name: string;
  }[];
  database.exec('BEGIN IMMEDIATE');
  for (const { name } of tables) database.exec(`DROP TABLE "${name}"`);
  database.exec(SCHEMA);
  database.exec('COMMIT');
}

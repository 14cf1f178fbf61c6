/**
 * The projection's SQLite file. Everything in it comes from the ledger's blocks, so a change of
 * schema drops the file's contents and reads the ledger again. Tables of long rows keep a rowid: a search
 * passes short keys alone, and a row at a random place rewrites no others
 * (https://www.sqlite.org/withoutrowid.html, section 4).
 */
import { DatabaseSync } from 'node:sqlite';
import { DERIVED } from '../sqlite/checkpoints.ts';

/** Raise with every change below or in what writes it. */
export const SCHEMA_VERSION = 9;

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
  );
  CREATE TABLE event (
    block INTEGER NOT NULL, position INTEGER NOT NULL, tx_id TEXT NOT NULL, at INTEGER NOT NULL,
    late INTEGER NOT NULL, name TEXT NOT NULL, payload BLOB NOT NULL,
    PRIMARY KEY (block, position)
  ) WITHOUT ROWID;
  CREATE TABLE acquisition (
    id TEXT PRIMARY KEY, block INTEGER NOT NULL, position INTEGER NOT NULL, case_reference TEXT NOT NULL,
    member TEXT NOT NULL, route TEXT NOT NULL, cross_border TEXT NOT NULL,
    notice_latest INTEGER, items INTEGER
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX acquisition_order ON acquisition (block, position);
  CREATE INDEX acquisition_case ON acquisition (case_reference, block, position);
  CREATE INDEX acquisition_member ON acquisition (member, block, position);
  CREATE INDEX acquisition_route ON acquisition (route, block, position);
  CREATE INDEX acquisition_border ON acquisition (cross_border, block, position);
  CREATE INDEX acquisition_notice ON acquisition (notice_latest) WHERE notice_latest IS NOT NULL;
  CREATE INDEX acquisition_closed ON acquisition (cross_border, items) WHERE items IS NOT NULL;
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
  CREATE TABLE item (
    id TEXT PRIMARY KEY, leaf TEXT NOT NULL, block INTEGER NOT NULL, position INTEGER NOT NULL,
    case_reference TEXT NOT NULL, acquisition TEXT NOT NULL, origin TEXT NOT NULL, source TEXT,
    status TEXT NOT NULL, holder TEXT NOT NULL, mirror TEXT, mirrored TEXT,
    offered_to TEXT, offer_block INTEGER, offer_position INTEGER, offer_abroad INTEGER
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX item_order ON item (block, position);
  CREATE INDEX item_leaf ON item (leaf, block, position);
  CREATE INDEX item_case ON item (case_reference, block, position);
  CREATE INDEX item_acquisition ON item (acquisition, block, position);
  CREATE INDEX item_source ON item (source, block, position) WHERE source IS NOT NULL;
  CREATE INDEX item_status ON item (status, block, position);
  CREATE INDEX item_holder ON item (holder, block, position);
  CREATE INDEX item_mirror ON item (mirror, block, position) WHERE mirror IS NOT NULL;
  CREATE INDEX item_unconfirmed ON item (mirrored, block, position) WHERE mirror = 'UNCONFIRMED';
  CREATE INDEX item_offered ON item (offered_to, offer_block, offer_position)
    WHERE offered_to IS NOT NULL;
  CREATE TABLE item_flag (
    flag TEXT NOT NULL, block INTEGER NOT NULL, position INTEGER NOT NULL, item TEXT NOT NULL,
    PRIMARY KEY (flag, block, position)
  ) WITHOUT ROWID;
  CREATE INDEX item_flag_item ON item_flag (item, flag);
  CREATE TABLE step (
    item TEXT NOT NULL, sequence INTEGER NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,
    block INTEGER NOT NULL, position INTEGER NOT NULL, tx_id TEXT NOT NULL, late INTEGER NOT NULL,
    PRIMARY KEY (item, sequence)
  );
  CREATE UNIQUE INDEX step_key ON step (key);
  CREATE TABLE review (
    subject TEXT NOT NULL, block INTEGER NOT NULL, position INTEGER NOT NULL,
    word TEXT NOT NULL, key TEXT NOT NULL,
    PRIMARY KEY (subject, block, position)
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX review_word ON review (subject, word, block, position);
  CREATE TABLE objection (
    id TEXT PRIMARY KEY, block INTEGER NOT NULL, position INTEGER NOT NULL,
    answerer TEXT NOT NULL, answer_by INTEGER NOT NULL, answered INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX objection_open ON objection (answerer, block, position) WHERE answered = 0;
  CREATE INDEX objection_due ON objection (answer_by) WHERE answered = 0;
  CREATE TABLE label_act (
    block INTEGER NOT NULL, position INTEGER NOT NULL, batch TEXT NOT NULL, leaf TEXT,
    key TEXT NOT NULL, PRIMARY KEY (block, position)
  ) WITHOUT ROWID;
  CREATE INDEX label_act_batch ON label_act (batch, leaf, block, position);
  CREATE TABLE label_batch (
    digest TEXT PRIMARY KEY, block INTEGER NOT NULL, position INTEGER NOT NULL,
    member TEXT NOT NULL, manifest TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX label_batch_manifest ON label_batch (manifest);
  CREATE INDEX label_batch_order ON label_batch (block, position);
  CREATE INDEX label_batch_member ON label_batch (member, block, position);
  CREATE TABLE dispute (
    id TEXT PRIMARY KEY, block INTEGER NOT NULL, position INTEGER NOT NULL,
    answerer TEXT NOT NULL, answer_by INTEGER NOT NULL, answered INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX dispute_order ON dispute (block, position);
  CREATE INDEX dispute_open ON dispute (answerer, block, position) WHERE answered = 0;
  CREATE TABLE order_outline (
    id TEXT PRIMARY KEY, block INTEGER NOT NULL, position INTEGER NOT NULL, year INTEGER NOT NULL,
    issuer TEXT NOT NULL, profile TEXT NOT NULL, status TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE order_act (
    block INTEGER NOT NULL, position INTEGER NOT NULL, id TEXT NOT NULL, key TEXT NOT NULL,
    PRIMARY KEY (block, position)
  ) WITHOUT ROWID;
  CREATE TABLE order_place (
    member TEXT NOT NULL, role TEXT NOT NULL, side TEXT NOT NULL, kind TEXT NOT NULL,
    block INTEGER NOT NULL, position INTEGER NOT NULL, status TEXT NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY (member, role, side, kind, block, position)
  ) WITHOUT ROWID;
  CREATE INDEX order_place_status ON order_place
    (member, role, side, kind, status, block, position, id);
  CREATE INDEX order_place_order ON order_place (id);
  CREATE TABLE order_clock (
    member TEXT NOT NULL, standing TEXT NOT NULL, obliges TEXT NOT NULL, ends INTEGER NOT NULL,
    id TEXT NOT NULL, clock TEXT NOT NULL, side TEXT NOT NULL, own INTEGER NOT NULL,
    PRIMARY KEY (member, standing, obliges, ends, id, clock)
  ) WITHOUT ROWID;
  CREATE INDEX order_clock_order ON order_clock (id);
  CREATE INDEX order_clock_markable ON order_clock (member, side, ends, id, clock)
    WHERE standing = 'RUNS' AND own = 0;
  CREATE INDEX order_clock_provisional ON order_clock (id) WHERE standing = 'PROVISIONAL';
  CREATE TABLE order_time (
    year INTEGER NOT NULL, issuer TEXT NOT NULL, profile TEXT NOT NULL, span TEXT NOT NULL,
    duration INTEGER NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY (year, issuer, profile, span, duration, id)
  ) WITHOUT ROWID;
  CREATE TABLE order_deed (
    member TEXT NOT NULL, person TEXT NOT NULL, block INTEGER NOT NULL, position INTEGER NOT NULL,
    id TEXT NOT NULL, PRIMARY KEY (member, person, block, position)
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX order_deed_order ON order_deed (id, member, person);
  CREATE TABLE tally (name TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** Opens the file; one of another schema version is emptied. */
export function openProjectionFile(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  // Losing the last blocks costs a re-read, not data: no need to wait for the disk.
  database.exec(DERIVED);
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

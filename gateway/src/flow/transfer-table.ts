/**
 * Where the observed transfers stand in the manifests, by account and by transaction. Derived: all of it
 * can be read anew from the manifests, and what is shown is read from there.
 */
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import type { TransferStatement } from '@tabellion/proof';
import { accountId } from '@tabellion/screening';
import type { TransferLine } from '../label/manifest.ts';
import { Checkpoints, DERIVED } from '../sqlite/checkpoints.ts';
import { writeAtOnce } from '../sqlite/write-at-once.ts';
import { transactionId, transferId } from './transfer-line.ts';

/** A batch of transfers on the ledger. */
export interface TransferBatch {
  /** Of the batch record. */
  readonly digest: string;
  readonly manifest: string;
  readonly block: number;
  readonly position: number;
}

/** Numbers in this table: of batches they go up in the ledger's order, of observations with the lines of one. */
export type PlaceMark = readonly [batch: number, observation: number];
export const BEFORE_ALL: PlaceMark = [0, 0];
/** After all of a batch. */
export const afterBatch = ([batch]: PlaceMark): PlaceMark => [batch, Number.MAX_SAFE_INTEGER];

/** One observation: where its line is. */
export interface TransferPlace {
  readonly mark: PlaceMark;
  readonly id: string;
  readonly batch: string;
  readonly manifest: string;
  readonly index: number;
  readonly offset: number;
  readonly length: number;
}

/** What a line holds without its exact bytes. */
export type PlacedTransfer = Omit<TransferLine, 'leaf'>;
/** Paid from an account, or to it; or of a transaction, which stands in the place of the account then. */
export type Side = 'FROM' | 'TO' | 'OF';

/** Lines that are written before others get their turn: some milliseconds. */
const TURN = 256;

/** Raise with every change of the tables. */
const VERSION = 3;
const SCHEMA = `
DROP TABLE IF EXISTS ledger;
DROP TABLE IF EXISTS batch;
DROP TABLE IF EXISTS transfer;
DROP TABLE IF EXISTS touch;
CREATE TABLE ledger (genesis TEXT NOT NULL) STRICT;
CREATE TABLE batch (
  id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, manifest TEXT NOT NULL,
  block INTEGER NOT NULL, position INTEGER NOT NULL, state TEXT NOT NULL,
  -- Lines that are in the tables: of a batch that is not taken yet they are not seen.
  lines INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX batch_order ON batch (block, position);
CREATE TABLE transfer (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, batch INTEGER NOT NULL,
  line INTEGER NOT NULL, start INTEGER NOT NULL, length INTEGER NOT NULL) STRICT;
CREATE INDEX transfer_name ON transfer (name, batch);
CREATE TABLE touch (
  account TEXT NOT NULL, side TEXT NOT NULL, batch INTEGER NOT NULL, transfer INTEGER NOT NULL,
  PRIMARY KEY (account, side, batch, transfer)) STRICT, WITHOUT ROWID;
PRAGMA user_version = ${VERSION};
`;
const COLUMNS = `b.id AS batchNumber, t.id AS number, t.name AS id, b.digest AS batch, b.manifest,
  t.line AS "index", t.start AS offset, t.length`;
/** Batches are numbered as they are met, in the ledger's order: the last one of blocks below a height. */
const NEWEST = `coalesce(
  (SELECT id FROM batch WHERE block < ? ORDER BY block DESC, position DESC LIMIT 1), 0)`;

export type TransferTable = ReturnType<typeof openTransferTable>;

/** @param genesis of the ledger: what is kept of another one is dropped. */
export function openTransferTable(file: string, genesis: string) {
  const database = new DatabaseSync(file);
  database.exec(DERIVED);
  const checkpoints = new Checkpoints(database);
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as {
    user_version: number;
  };
  const kept =
    version === VERSION
      ? (database.prepare('SELECT genesis FROM ledger').get() as { genesis: string } | undefined)
      : undefined;
  if (kept?.genesis !== genesis) {
    database.exec(SCHEMA);
    database.prepare('INSERT INTO ledger VALUES (?)').run(genesis);
  }
  const addBatch = database.prepare(
    `INSERT INTO batch (digest, manifest, block, position, state) VALUES (?, ?, ?, ?, 'MISSING')
     ON CONFLICT (digest) DO UPDATE SET state = state RETURNING id, lines`,
  );
  const setTaken = database.prepare('UPDATE batch SET lines = ?, state = ? WHERE id = ?');
  const addTransfer = database.prepare(
    'INSERT INTO transfer (name, batch, line, start, length) VALUES (?, ?, ?, ?, ?) RETURNING id',
  );
  const addTouch = database.prepare('INSERT OR IGNORE INTO touch VALUES (?, ?, ?, ?)');
  const selectLast = database.prepare(
    'SELECT block, position FROM batch ORDER BY block DESC, position DESC LIMIT 1',
  );
  const selectMissing = database.prepare(
    `SELECT digest, manifest, block, position FROM batch WHERE state = 'MISSING' ORDER BY id`,
  );
  const selectTouching = database.prepare(
    `SELECT ${COLUMNS} FROM touch c
       CROSS JOIN transfer t ON t.id = c.transfer CROSS JOIN batch b ON b.id = c.batch
     WHERE c.account = ? AND c.side = ? AND (c.batch, c.transfer) > (?, ?) AND c.batch <= ${NEWEST}
       AND b.state = 'TAKEN'
     ORDER BY c.batch, c.transfer LIMIT ?`,
  );
  const selectNamed = database.prepare(
    `SELECT ${COLUMNS} FROM transfer t CROSS JOIN batch b ON b.id = t.batch
     WHERE t.name = ? AND (t.batch, t.id) > (?, ?) AND t.batch <= ${NEWEST}
       AND b.state = 'TAKEN'
     ORDER BY t.batch, t.id LIMIT ?`,
  );
  const places = (found: unknown): TransferPlace[] =>
    (found as PlaceRow[]).map(({ batchNumber, number, ...place }) => ({
      ...place,
      mark: [batchNumber, number],
    }));

  const addRows = (batch: number, { statement, offset, length }: PlacedTransfer, line: number) => {
    const { id } = addTransfer.get(transferId(statement), batch, line, offset, length) as {
      id: number;
    };
    const touch = (account: string, side: Side) => addTouch.run(account, side, batch, id);
    for (const account of listSenders(statement)) touch(account, 'FROM');
    const { arrival, network, to } = statement;
    touch(accountId({ network: arrival?.network ?? network, address: to }), 'TO');
    touch(transactionId(statement), 'OF');
  };

  return {
    /** The last batch that was seen, in the ledger's order. */
    get last(): readonly [block: number, position: number] | undefined {
      const last = selectLast.get() as { block: number; position: number } | undefined;
      return last && [last.block, last.position];
    },
    /** Those whose manifest was not here. */
    listMissing: () => selectMissing.all() as unknown as TransferBatch[],
    /**
     * A batch with its transfers, none where it counts for nobody, and undefined where its manifest is not
     * here yet. In turns, so that others are answered meanwhile; seen once all of it is in. One that was
     * interrupted goes on where it ended: the lines of a manifest are always the same.
     */
    async take(
      { digest, manifest, block, position }: TransferBatch,
      lines: readonly PlacedTransfer[] | undefined,
    ): Promise<void> {
      const known = addBatch.get(digest, manifest, block, position) as unknown as KnownBatch;
      checkpoints.afterCommit();
      if (lines === undefined) return;
      let end = known.lines;
      do {
        const from = end;
        end = Math.min(from + TURN, lines.length);
        writeAtOnce(database, () => {
          for (let line = from; line < end; line += 1) addRows(known.id, lines[line]!, line);
          setTaken.run(end, end < lines.length ? 'MISSING' : 'TAKEN', known.id);
        });
        checkpoints.afterCommit();
        await setImmediate();
      } while (end < lines.length);
    },
    /** Asserted in blocks below a height, in the ledger's order, after a mark. */
    listTouching: (
      { account, side }: { readonly account: string; readonly side: Side },
      height: number,
      after: PlaceMark,
      limit: number,
    ) => places(selectTouching.all(account, side, ...after, height, limit)),
    /** Observations of one transfer. */
    listNamed: (id: string, height: number, after: PlaceMark, limit: number) =>
      places(selectNamed.all(id, ...after, height, limit)),
    close: () => checkpoints.close(),
  };
}

interface KnownBatch {
  readonly id: number;
  /** That are in the tables. */
  readonly lines: number;
}

type PlaceRow = Omit<TransferPlace, 'mark'> & {
  readonly batchNumber: number;
  readonly number: number;
};

const listSenders = ({ network, from }: TransferStatement): string[] =>
  from.map((address) => accountId({ network, address }));

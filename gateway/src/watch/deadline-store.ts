/**
 * How far each ledger was followed, and what falls due by the passing of time, by the time at which it does:
 * what is due is found without a look at what is not.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { LedgerPosition } from '../projection/cursor.ts';

/** ALERTS, ORDERS: acts that raised what they raise. DISPUTES, BATCHES: those whose dates are kept here. */
export type CursorName = 'ALERTS' | 'DISPUTES' | 'BATCHES' | 'ORDERS';

/** A batch on the ledger, and labels of it that hold up to the same moment. */
export interface ExpiryGroup {
  readonly due: number;
  readonly block: number;
  readonly position: number;
}

export interface DisputeDate {
  readonly due: number;
  readonly id: string;
  readonly block: number;
}

/** A clock of an order that ends, or will soon. */
export interface ClockDate {
  readonly due: number;
  readonly id: string;
  readonly clock: string;
  readonly event: 'DUE_SOON' | 'OVERDUE';
}

export const DEADLINE_SCHEMA = `
  CREATE TABLE IF NOT EXISTS ledger (
    number INTEGER PRIMARY KEY, genesis BLOB NOT NULL UNIQUE, since INTEGER
  ) STRICT;
  CREATE TABLE IF NOT EXISTS cursor (
    ledger INTEGER NOT NULL REFERENCES ledger (number), name TEXT NOT NULL,
    block INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (ledger, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS expiry (
    ledger INTEGER NOT NULL, due INTEGER NOT NULL, block INTEGER NOT NULL,
    position INTEGER NOT NULL, label INTEGER NOT NULL,
    PRIMARY KEY (ledger, due, block, position, label)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS dispute_date (
    ledger INTEGER NOT NULL, due INTEGER NOT NULL, id TEXT NOT NULL, block INTEGER NOT NULL,
    PRIMARY KEY (ledger, due, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS clock_date (
    ledger INTEGER NOT NULL, due INTEGER NOT NULL, id TEXT NOT NULL, clock TEXT NOT NULL,
    event TEXT NOT NULL, PRIMARY KEY (ledger, due, id, clock, event)
  ) STRICT, WITHOUT ROWID;
`;

export function createDeadlines(database: DatabaseSync) {
  const prepare = (sql: string) => database.prepare(sql);
  const insertLedger = prepare('INSERT INTO ledger (genesis) VALUES (?) ON CONFLICT DO NOTHING');
  const selectLedger = prepare('SELECT number FROM ledger WHERE genesis = ?');
  const selectSince = prepare('SELECT since FROM ledger WHERE number = ?');
  const updateSince = prepare('UPDATE ledger SET since = ? WHERE number = ?');
  const selectCursor = prepare('SELECT block, position FROM cursor WHERE ledger = ? AND name = ?');
  const putCursor = prepare(
    `INSERT INTO cursor VALUES (?, ?, ?, ?)
     ON CONFLICT (ledger, name) DO UPDATE SET block = excluded.block, position = excluded.position`,
  );
  const insertExpiry = prepare('INSERT INTO expiry VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING');
  const selectExpiry = prepare(
    `SELECT due, block, position FROM expiry
     WHERE ledger = ? AND due < ? AND block < ? AND (due, block, position) > (?, ?, ?)
     ORDER BY due, block, position LIMIT 1`,
  );
  const selectExpiring = prepare(
    `SELECT label FROM expiry WHERE ledger = ? AND due = ? AND block = ? AND position = ?
     ORDER BY label`,
  );
  const deleteExpiry = prepare(
    'DELETE FROM expiry WHERE ledger = ? AND due = ? AND block = ? AND position = ?',
  );
  const deleteSome = prepare(
    `DELETE FROM expiry WHERE (ledger, due, block, position, label) IN
       (SELECT * FROM expiry WHERE ledger = ? LIMIT ?)`,
  );
  const insertDispute = prepare(
    'INSERT INTO dispute_date VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const selectDispute = prepare(
    `SELECT due, id, block FROM dispute_date WHERE ledger = ? AND due < ? AND block < ?
     ORDER BY due, id LIMIT 1`,
  );
  const deleteDispute = prepare('DELETE FROM dispute_date WHERE ledger = ? AND due = ? AND id = ?');
  const insertClock = prepare(
    'INSERT INTO clock_date VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const selectClocks = prepare(
    `SELECT due, id, clock, event FROM clock_date WHERE ledger = ? AND due < ?
     ORDER BY due, id, clock, event LIMIT ?`,
  );
  const deleteClock = prepare(
    'DELETE FROM clock_date WHERE ledger = ? AND due = ? AND id = ? AND clock = ? AND event = ?',
  );

  return {
    /** A ledger's number here, by its first block: another ledger is followed from its beginning. */
    ledgerOf(genesis: Uint8Array): number {
      insertLedger.run(genesis);
      return (selectLedger.get(genesis) as { number: number }).number;
    },
    /** The last act or batch that was looked at. */
    cursorOf(ledger: number, name: CursorName): LedgerPosition {
      const kept = selectCursor.get(ledger, name) as
        | { block: number; position: number }
        | undefined;
      return kept ? [kept.block, kept.position] : [-1, -1];
    },
    advance: (ledger: number, name: CursorName, [block, position]: LedgerPosition): void =>
      void putCursor.run(ledger, name, block, position),
    /** The ledger's time from which on somebody watched without a break; null while nobody does. */
    sinceOf: (ledger: number) => (selectSince.get(ledger) as { since: number | null }).since,
    setSince: (ledger: number, since: number | null): void => void updateSince.run(since, ledger),
    addExpiry: (ledger: number, { due, block, position }: ExpiryGroup, label: number): void =>
      void insertExpiry.run(ledger, due, block, position, label),
    /** The next that is due before a time, of batches below a height; undefined where nothing is. */
    findExpiry: (
      ledger: number,
      { before, height }: { readonly before: number; readonly height: number },
      after: ExpiryGroup = { due: -1, block: -1, position: -1 },
    ) =>
      selectExpiry.get(ledger, before, height, after.due, after.block, after.position) as
        | ExpiryGroup
        | undefined,
    /** By their places in the batch. */
    listExpiring: (ledger: number, { due, block, position }: ExpiryGroup): number[] =>
      (selectExpiring.all(ledger, due, block, position) as { label: number }[]).map(
        ({ label }) => label,
      ),
    removeExpiry: (ledger: number, { due, block, position }: ExpiryGroup): void =>
      void deleteExpiry.run(ledger, due, block, position),
    /** At most so many of all; returns how many. */
    forgetExpiries: (ledger: number, most: number): number =>
      Number(deleteSome.run(ledger, most).changes),
    addDispute: (ledger: number, { due, id, block }: DisputeDate): void =>
      void insertDispute.run(ledger, due, id, block),
    /** The first whose date is before a time, of those below a height. */
    findDispute: (ledger: number, before: number, height: number) =>
      selectDispute.get(ledger, before, height) as DisputeDate | undefined,
    removeDispute: (ledger: number, { due, id }: DisputeDate): void =>
      void deleteDispute.run(ledger, due, id),
    addClock: (ledger: number, { due, id, clock, event }: ClockDate): void =>
      void insertClock.run(ledger, due, id, clock, event),
    /** The first whose date is before a time. */
    listClocks: (ledger: number, before: number, limit: number) =>
      selectClocks.all(ledger, before, limit) as unknown as ClockDate[],
    removeClock: (ledger: number, { due, id, clock, event }: ClockDate): void =>
      void deleteClock.run(ledger, due, id, clock, event),
  };
}

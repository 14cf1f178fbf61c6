/**
 * Watches, what they watch, and the alerts that they raised: one SQLite file with mode 0600 that never
 * leaves the member, for it says what the member looks into. Every commit is on disk when it returns.
 */
import { randomBytes } from 'node:crypto';
import { openPrivateDatabase } from '../identity/private-database.ts';
import { writeAtOnce } from '../sqlite/write-at-once.ts';
import {
  ALERT_BOUNDS,
  ALERT_SCHEMA,
  ALERT_UPGRADE,
  type Alert,
  createAlerts,
  NO_ACT,
  nameAlert,
  type Occurrence,
  VISIBLE,
} from './alert-store.ts';
import { createDeadlines, DEADLINE_SCHEMA } from './deadline-store.ts';
import { createDeputies, DEPUTY_SCHEMA } from './deputies.ts';

/**
 * ADDRESSES: what is said of these. CATEGORIES: whatever is filed under these. DISPUTES: what the member
 * has to answer, ORDERS: orders that it is a party to; every member has one of each, by itself.
 */
export const WATCH_KINDS = ['ADDRESSES', 'CATEGORIES', 'DISPUTES', 'ORDERS'] as const;
export type WatchKind = (typeof WATCH_KINDS)[number];
/** Whose it is to see: of the one who made it, or of all of the member. */
export const WATCH_ACCESS = ['OWNER', 'MEMBER'] as const;
export type WatchAccess = (typeof WATCH_ACCESS)[number];

export interface Watch {
  readonly number: number;
  readonly id: string;
  readonly member: string;
  /** Pseudonym of whoever made it; null for what every member has. */
  readonly owner: string | null;
  readonly access: WatchAccess;
  readonly kind: WatchKind;
  readonly name: string;
  readonly categories: readonly string[];
  readonly createdAt: number;
  /** Addresses. */
  readonly size: number;
  /** Alerts that nobody acknowledged. */
  readonly open: number;
}

export interface Entry {
  readonly key: Uint8Array;
  /** In canonical form. */
  readonly address: string;
  /** The watcher's own. */
  readonly reference: string | null;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS watch (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, member TEXT NOT NULL, owner TEXT,
    access TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, categories TEXT NOT NULL,
    created INTEGER NOT NULL, size INTEGER NOT NULL, open INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS watch_member ON watch (member, number);
  CREATE TABLE IF NOT EXISTS entry (
    watch INTEGER NOT NULL REFERENCES watch (number) ON DELETE CASCADE,
    key BLOB NOT NULL, address TEXT NOT NULL, reference TEXT, PRIMARY KEY (watch, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS entry_key ON entry (key);
  ${ALERT_SCHEMA}
  ${DEADLINE_SCHEMA}
  ${DEPUTY_SCHEMA}
  PRAGMA user_version = 3;
`;
/** Of a file that an earlier version made: what it holds is found nowhere else. */
const UPGRADE = `
  ALTER TABLE watch ADD COLUMN open INTEGER NOT NULL DEFAULT 0;
  UPDATE watch SET open =
    (SELECT count(*) FROM alert WHERE watch = watch.number AND acknowledged IS NULL);
  INSERT INTO ledger (genesis) SELECT genesis FROM progress WHERE genesis IS NOT NULL;
  INSERT INTO cursor SELECT number, 'ALERTS', block, position FROM ledger JOIN progress USING (genesis);
  DROP TABLE progress;
`;
const WATCH = `number, id, member, owner, access, kind, name, categories, created AS createdAt, size, open`;
type WatchRow = Omit<Watch, 'categories'> & { readonly categories: string };
const showWatch = ({ categories, ...row }: WatchRow): Watch => ({
  ...row,
  categories: JSON.parse(categories) as string[],
});

export interface Viewer {
  readonly member: string;
  /** Pseudonym. */
  readonly who: string;
}

export type WatchStore = ReturnType<typeof openWatchStore>;

export function openWatchStore(file: string, now: () => number, bounds = ALERT_BOUNDS) {
  const database = openPrivateDatabase(file);
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as {
    user_version: number;
  };
  database.exec('PRAGMA foreign_keys = ON');
  const upgrades = [...(version === 1 ? [UPGRADE] : []), ...(version === 0 ? [] : [ALERT_UPGRADE])];
  writeAtOnce(database, () => database.exec([SCHEMA, ...(version < 3 ? upgrades : [])].join('\n')));
  const alerts = createAlerts(database, now, bounds);
  const prepare = (sql: string) => database.prepare(sql);
  const insertWatch = prepare(
    `INSERT INTO watch (id, member, owner, access, kind, name, categories, created, size, open)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0) ON CONFLICT (id) DO NOTHING`,
  );
  const selectWatch = prepare(`SELECT ${WATCH} FROM watch WHERE id = ?`);
  const selectVisible = prepare(
    `SELECT ${WATCH} FROM watch w WHERE ${VISIBLE} AND number > :after ORDER BY number LIMIT :limit`,
  );
  const selectOwned = prepare(
    `SELECT ${WATCH} FROM watch WHERE member = ? AND owner IS NOT NULL AND number > ?
     ORDER BY number LIMIT ?`,
  );
  const updateOwner = prepare('UPDATE watch SET owner = ? WHERE number = ?');
  const selectOfKind = prepare(`SELECT ${WATCH} FROM watch WHERE kind = ?`);
  const selectCounts = prepare(
    `SELECT count(*) AS watches, coalesce(sum(size), 0) AS addresses,
       count(*) FILTER (WHERE owner = ?) AS own FROM watch WHERE member = ?`,
  );
  const updateWatch = prepare(
    'UPDATE watch SET name = ?, access = ?, categories = ? WHERE number = ?',
  );
  const deleteWatch = prepare('DELETE FROM watch WHERE number = ?');
  const insertEntry = prepare(
    'INSERT INTO entry VALUES (?, ?, ?, ?) ON CONFLICT (watch, key) DO NOTHING',
  );
  const deleteEntry = prepare('DELETE FROM entry WHERE watch = ? AND key = ?');
  const resize = prepare('UPDATE watch SET size = size + ? WHERE number = ?');
  const selectEntries = prepare(
    `SELECT key, address, reference FROM entry WHERE watch = ? AND key > ? ORDER BY key LIMIT ?`,
  );
  const selectWatchers = prepare(
    `SELECT e.watch AS number, w.id, e.address, e.reference FROM entry e
     JOIN watch w ON w.number = e.watch WHERE e.key = ?`,
  );
  const selectAny = prepare('SELECT 1 FROM entry LIMIT 1');

  return {
    add(
      { member, owner }: Pick<Watch, 'member' | 'owner'>,
      { access, kind, name, categories }: Pick<Watch, 'access' | 'kind' | 'name' | 'categories'>,
      id = randomBytes(16).toString('hex'),
    ): Watch {
      insertWatch.run(id, member, owner, access, kind, name, JSON.stringify(categories), now());
      return showWatch(selectWatch.get(id) as unknown as WatchRow);
    },
    find(id: string): Watch | undefined {
      const row = selectWatch.get(id) as unknown as WatchRow | undefined;
      return row && showWatch(row);
    },
    listVisible: ({ member, who }: Viewer, after: number, limit: number): Watch[] =>
      (selectVisible.all({ member, who, after, limit }) as unknown as WatchRow[]).map(showWatch),
    /** Those of a member that somebody made. */
    listOwned: (member: string, after: number, limit: number): Watch[] =>
      (selectOwned.all(member, after, limit) as unknown as WatchRow[]).map(showWatch),
    setOwner: ({ number }: Watch, owner: string): void => void updateOwner.run(owner, number),
    listOfKind: (kind: WatchKind): Watch[] =>
      (selectOfKind.all(kind) as unknown as WatchRow[]).map(showWatch),
    /** Watches and addresses of the member, and watches of the one. */
    count: ({ member, who }: Viewer) =>
      selectCounts.get(who, member) as { watches: number; addresses: number; own: number },
    change(
      { number }: Watch,
      { name, access, categories }: Pick<Watch, 'name' | 'access' | 'categories'>,
    ) {
      updateWatch.run(name, access, JSON.stringify(categories), number);
    },
    remove: ({ number }: Watch): void => void deleteWatch.run(number),
    /** Those that were not there before; `tests` of them raise an alert at once. */
    addEntries({ number, id }: Watch, entries: readonly Entry[], tests: readonly Entry[]): number {
      let added = 0;
      writeAtOnce(database, () => {
        const isTest = new Set(tests);
        for (const entry of entries) {
          const { key, address, reference } = entry;
          if (insertEntry.run(number, key, address, reference).changes === 0) continue;
          added += 1;
          if (!isTest.has(entry)) continue;
          const labels = [{ index: 0, address, reference }];
          const facts = { ...NO_ACT, event: 'TEST' as const, at: now() };
          alerts.raise(randomBytes(16).toString('hex'), facts, {
            watch: { number, id },
            count: 1,
            labels,
          });
        }
        resize.run(added, number);
      });
      return added;
    },
    removeEntries({ number }: Watch, keys: readonly Uint8Array[]): number {
      let removed = 0;
      writeAtOnce(database, () => {
        for (const key of keys) removed += Number(deleteEntry.run(number, key).changes);
        resize.run(-removed, number);
      });
      return removed;
    },
    listEntries: ({ number }: Watch, after: Uint8Array, limit: number) =>
      selectEntries.all(number, after, limit) as unknown as Entry[],
    hasEntries: () => selectAny.get() !== undefined,
    /** The watches that have an address, by its key. */
    findWatchers: (key: Uint8Array) =>
      selectWatchers.all(key) as unknown as (Pick<Watch, 'number' | 'id'> & Omit<Entry, 'key'>)[],
    /** Alerts, and what says that they were raised, all or nothing: an alert is raised once. */
    raiseAll(raised: readonly Occurrence[], done: () => void): void {
      writeAtOnce(database, () => {
        for (const { facts, matches } of raised) {
          for (const match of matches) alerts.raise(nameAlert(match.watch.id, facts), facts, match);
        }
        done();
      });
    },
    acknowledge: (alert: Alert, who: string): void =>
      writeAtOnce(database, () => alerts.acknowledge(alert, who)),
    /** All of it or nothing. */
    atOnce: (change: () => void): void => writeAtOnce(database, change),
    alerts,
    deadlines: createDeadlines(database),
    openDeputies: (isPresent: (member: string, person: string) => boolean) =>
      createDeputies(database, now, isPresent),
    close: () => database.close(),
  };
}

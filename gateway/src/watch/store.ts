/**
 * Watches, what they watch, and the alerts that they raised: one SQLite file with mode 0600 that never
 * leaves the member, for it says what the member looks into. Every commit is on disk when it returns.
 */
import { createHash, randomBytes } from 'node:crypto';
import { openPrivateDatabase } from '../identity/private-database.ts';
import type { LabelState } from '../label/index/change-log.ts';
import { writeAtOnce } from '../sqlite/write-at-once.ts';

/**
 * ADDRESSES: what is said of these. CATEGORIES: whatever is filed under these. DISPUTES: what the member
 * has to answer; every member has one, by itself.
 */
export const WATCH_KINDS = ['ADDRESSES', 'CATEGORIES', 'DISPUTES'] as const;
export type WatchKind = (typeof WATCH_KINDS)[number];
/** Whose it is to see: of the one who made it, or of all of the member. */
export const WATCH_ACCESS = ['OWNER', 'MEMBER'] as const;
export type WatchAccess = (typeof WATCH_ACCESS)[number];

/** What happened to a label; TEST: nothing, the address is one to try things out with. */
export type AlertEvent = LabelState | 'ASSERTED' | 'TEST';

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
}

export interface Alert {
  /** Ascending in the order in which alerts were raised, which is the ledger's. */
  readonly sequence: number;
  readonly id: string;
  readonly watch: string;
  readonly kind: WatchKind;
  readonly event: AlertEvent;
  /** Where the act stands; null of a test. */
  readonly block: number | null;
  readonly position: number | null;
  /** Ledger key of the act's record. */
  readonly key: string | null;
  readonly batch: string | null;
  /** The one label that the act speaks of; null where it speaks of the batch. */
  readonly label: number | null;
  readonly dispute: string | null;
  readonly answerBy: number | null;
  /** Labels that the watch is about, of those that the act speaks of. */
  readonly count: number;
  /** Time of the act on the ledger. */
  readonly at: number;
  readonly raisedAt: number;
  readonly acknowledgedAt: number | null;
}

export interface AlertLabel {
  /** In the batch. */
  readonly index: number;
  readonly address: string;
  readonly reference: string | null;
}

/** The labels of one act that one watch is about. */
export interface Match {
  readonly watch: Pick<Watch, 'number' | 'id'>;
  count: number;
  /** The first of them, with their addresses; none of a watch on categories. */
  readonly labels: AlertLabel[];
}

export type ActFacts = Pick<
  Alert,
  'event' | 'key' | 'batch' | 'label' | 'dispute' | 'answerBy' | 'at'
> & { readonly block: number; readonly position: number };

export interface Entry {
  readonly key: Uint8Array;
  /** In canonical form. */
  readonly address: string;
  /** The watcher's own. */
  readonly reference: string | null;
}

/** Labels that an alert names; of more it has the number. */
export const MAX_NAMED = 10_000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS watch (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, member TEXT NOT NULL, owner TEXT,
    access TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, categories TEXT NOT NULL,
    created INTEGER NOT NULL, size INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS watch_member ON watch (member, number);
  CREATE TABLE IF NOT EXISTS entry (
    watch INTEGER NOT NULL REFERENCES watch (number) ON DELETE CASCADE,
    key BLOB NOT NULL, address TEXT NOT NULL, reference TEXT, PRIMARY KEY (watch, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS entry_key ON entry (key);
  CREATE TABLE IF NOT EXISTS alert (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    watch INTEGER NOT NULL REFERENCES watch (number) ON DELETE CASCADE,
    event TEXT NOT NULL, block INTEGER, position INTEGER, key TEXT, batch TEXT, label INTEGER,
    dispute TEXT, answer_by INTEGER, count INTEGER NOT NULL, at INTEGER NOT NULL,
    raised INTEGER NOT NULL, acknowledged INTEGER, acknowledged_by TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS alert_watch ON alert (watch, sequence);
  CREATE TABLE IF NOT EXISTS alert_label (
    alert INTEGER NOT NULL REFERENCES alert (sequence) ON DELETE CASCADE,
    position INTEGER NOT NULL, address TEXT NOT NULL, reference TEXT, PRIMARY KEY (alert, position)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS progress (block INTEGER NOT NULL, position INTEGER NOT NULL,
    genesis BLOB) STRICT;
  INSERT INTO progress SELECT -1, -1, NULL WHERE NOT EXISTS (SELECT 1 FROM progress);
  PRAGMA user_version = 1;
`;
const WATCH = `number, id, member, owner, access, kind, name, categories, created AS createdAt, size`;
const ALERT = `a.sequence, a.id, w.id AS watch, w.kind, a.event, a.block, a.position, a.key, a.batch,
  a.label, a.dispute, a.answer_by AS answerBy, a.count, a.at, a.raised AS raisedAt,
  a.acknowledged AS acknowledgedAt`;
/** What somebody of a member may see. */
const VISIBLE = `w.member = :member AND (w.access = 'MEMBER' OR w.owner = :who)`;

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

export interface AlertFilter {
  readonly watch?: string | undefined;
  readonly state?: 'OPEN' | 'ACKNOWLEDGED' | undefined;
}

interface NullableFilter {
  readonly watch?: string | null | undefined;
  readonly state?: string | null | undefined;
}

export type WatchStore = ReturnType<typeof openWatchStore>;

export function openWatchStore(file: string, now: () => number) {
  const database = openPrivateDatabase(file);
  database.exec(`PRAGMA foreign_keys = ON; ${SCHEMA}`);
  const prepare = (sql: string) => database.prepare(sql);
  const insertWatch = prepare(
    `INSERT INTO watch (id, member, owner, access, kind, name, categories, created, size)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (id) DO NOTHING`,
  );
  const selectWatch = prepare(`SELECT ${WATCH} FROM watch WHERE id = ?`);
  const selectVisible = prepare(
    `SELECT ${WATCH} FROM watch w WHERE ${VISIBLE} AND number > :after ORDER BY number LIMIT :limit`,
  );
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
  const insertAlert = prepare(
    `INSERT INTO alert (id, watch, event, block, position, key, batch, label, dispute, answer_by,
       count, at, raised) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO NOTHING RETURNING sequence`,
  );
  const insertLabel = prepare('INSERT INTO alert_label VALUES (?, ?, ?, ?)');
  const selectLabels = prepare(
    `SELECT position AS "index", address, reference FROM alert_label
     WHERE alert = ? AND position > ? ORDER BY position LIMIT ?`,
  );
  const selectAlert = prepare(
    `SELECT ${ALERT} FROM alert a JOIN watch w ON w.number = a.watch WHERE a.id = :id AND ${VISIBLE}`,
  );
  const selectAlerts = prepare(
    `SELECT ${ALERT} FROM alert a JOIN watch w ON w.number = a.watch
     WHERE a.sequence > :after AND ${VISIBLE} AND (:watch IS NULL OR w.id = :watch)
       AND (:state IS NULL OR (:state = 'OPEN') = (a.acknowledged IS NULL))
     ORDER BY a.sequence LIMIT :limit`,
  );
  const selectRaised = prepare(
    `SELECT a.sequence, a.id, a.raised AS at, a.event, w.member,
       CASE w.access WHEN 'MEMBER' THEN NULL ELSE w.owner END AS owner
     FROM alert a JOIN watch w ON w.number = a.watch
     WHERE a.sequence > ? ORDER BY a.sequence LIMIT ?`,
  );
  const selectLast = prepare('SELECT coalesce(max(sequence), 0) AS last FROM alert');
  const acknowledge = prepare(
    `UPDATE alert SET acknowledged = ?, acknowledged_by = ?
     WHERE sequence = ? AND acknowledged IS NULL`,
  );
  const selectProgress = prepare('SELECT block, position, genesis FROM progress');
  const updateProgress = prepare('UPDATE progress SET block = ?, position = ?, genesis = ?');

  const raise = (id: string, facts: AlertFacts, { watch, count, labels }: Match) => {
    const { event, block, position, key, batch, label, dispute, answerBy, at } = facts;
    const row = insertAlert.get(
      ...[id, watch.number, event, block, position, key, batch, label, dispute, answerBy],
      ...[count, at, now()],
    ) as { sequence: number } | undefined;
    // Raised before: the ledger is being read again.
    if (row === undefined) return;
    for (const { index, address, reference } of labels)
      insertLabel.run(row.sequence, index, address, reference);
  };

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
          raise(randomBytes(16).toString('hex'), facts, {
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
    /** Alerts of one act, and how far the ledger was followed, all or nothing: an alert is raised once. */
    raiseAll(act: ActFacts, matches: readonly Match[], genesis: Uint8Array): void {
      writeAtOnce(database, () => {
        for (const match of matches) raise(nameAlert(match.watch.id, act.key!), act, match);
        updateProgress.run(act.block, act.position, genesis);
      });
    },
    /** Acts up to there raise nothing more. */
    advance: ([block, position]: readonly [number, number], genesis: Uint8Array): void =>
      void updateProgress.run(block, position, genesis),
    /** The last act that was looked at; from the beginning on another ledger. */
    progressOn(genesis: Uint8Array): readonly [number, number] {
      const kept = selectProgress.get() as {
        block: number;
        position: number;
        genesis: Uint8Array | null;
      };
      const isSame = kept.genesis !== null && Buffer.from(kept.genesis).equals(genesis);
      return isSame ? [kept.block, kept.position] : [-1, -1];
    },
    findAlert: (id: string, { member, who }: Viewer) =>
      selectAlert.get({ id, member, who }) as unknown as Alert | undefined,
    listAlerts: (
      { member, who }: Viewer,
      { watch = null, state = null }: NullableFilter,
      after: number,
      limit: number,
    ) => selectAlerts.all({ member, who, watch, state, after, limit }) as unknown as Alert[],
    listLabels: ({ sequence }: Alert, after: number, limit: number) =>
      selectLabels.all(sequence, after, limit) as unknown as AlertLabel[],
    acknowledge: ({ sequence }: Alert, who: string): void =>
      void acknowledge.run(now(), who, sequence),
    /** Sequence number of the newest alert. */
    lastRaised: () => (selectLast.get() as { last: number }).last,
    /** For whoever passes alerts on. */
    listRaised: (after: number, limit: number) =>
      selectRaised.all(after, limit) as unknown as {
        sequence: number;
        id: string;
        at: number;
        event: AlertEvent;
        member: string;
        owner: string | null;
      }[],
    close: () => database.close(),
  };
}

type AlertFacts = Omit<ActFacts, 'block' | 'position'> & Pick<Alert, 'block' | 'position'>;
const NO_ACT = {
  ...{ block: null, position: null, key: null, batch: null, label: null },
  ...{ dispute: null, answerBy: null },
};

/** The same however often the ledger is read: one alert for each watch and act. */
const nameAlert = (watch: string, key: string): string =>
  createHash('sha256').update(`tabellion alert\n${watch}\n${key}`).digest('hex').slice(0, 32);

/** Alerts, each raised once, and how many of them may wait. */
import { createHash, randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { LabelState } from '../label/index/change-log.ts';
import type { Viewer, Watch, WatchKind } from './store.ts';

/**
 * What happened to a label. OVERDUE: nobody answered its dispute in time; EXPIRED: it holds no longer;
 * OVERFLOW: more happened than could wait to be seen; TEST: nothing, the address is one to try things out with.
 */
export type AlertEvent =
  | LabelState
  | 'ASSERTED'
  | 'OVERDUE'
  | 'OVERFLOW'
  | 'TEST'
  | OrderAlertEvent;

/** Of an order, beside OVERDUE: it comes, another party took a step of it, one of its clocks ends soon. */
export const ORDER_ALERT_EVENTS = ['ISSUED', 'STEP', 'DUE_SOON'] as const;
type OrderAlertEvent = (typeof ORDER_ALERT_EVENTS)[number];

export interface Alert {
  /** Ascending in the order in which alerts were raised, which is the ledger's. */
  readonly sequence: number;
  readonly id: string;
  readonly watch: string;
  readonly kind: WatchKind;
  readonly event: AlertEvent;
  /** Where the act stands, or the first of those that are not listed; null of a test. */
  readonly block: number | null;
  readonly position: number | null;
  /** Ledger key of the act's record. */
  readonly key: string | null;
  readonly batch: string | null;
  /** The one label that the act speaks of; null where it speaks of the batch. */
  readonly label: number | null;
  readonly dispute: string | null;
  readonly answerBy: number | null;
  /** Of an alert about an order: which, where it stood, and the clock that it is about. */
  readonly order: string | null;
  readonly status: string | null;
  readonly clock: string | null;
  /** Labels that the watch is about, of those that the act speaks of; of an overflow, alerts not listed. */
  readonly count: number;
  /** Time of the act on the ledger, or when it fell due. */
  readonly at: number;
  readonly raisedAt: number;
  readonly acknowledgedAt: number | null;
}

/** For whoever passes alerts on. */
export interface Raised
  extends Pick<Alert, 'sequence' | 'id' | 'at' | 'event' | 'order' | 'status' | 'clock'> {
  readonly member: string;
  readonly owner: string | null;
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

export type AlertFacts = Pick<
  Alert,
  'event' | 'block' | 'position' | 'key' | 'batch' | 'label' | 'dispute' | 'answerBy' | 'at'
> &
  Partial<Pick<Alert, 'order' | 'status' | 'clock'>>;
/** Of what stands on the ledger. */
export type ActFacts = AlertFacts & {
  readonly block: number;
  readonly position: number;
  readonly key: string;
};

/** What happened, and whom it concerns. */
export interface Occurrence {
  readonly facts: ActFacts;
  readonly matches: readonly Match[];
}

export interface AlertFilter {
  readonly watch?: string | null | undefined;
  readonly state?: 'OPEN' | 'ACKNOWLEDGED' | null | undefined;
}

/** Labels that an alert names; of more it has the number. */
export const MAX_NAMED = 10_000;

/** Alerts that wait to be seen, of one watch and of all watches of a member. */
export interface AlertBounds {
  readonly ofWatch: number;
  readonly ofMember: number;
}
export const ALERT_BOUNDS: AlertBounds = { ofWatch: 10_000, ofMember: 100_000 };

export const ALERT_SCHEMA = `
  CREATE TABLE IF NOT EXISTS alert (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    watch INTEGER NOT NULL REFERENCES watch (number) ON DELETE CASCADE,
    event TEXT NOT NULL, block INTEGER, position INTEGER, key TEXT, batch TEXT, label INTEGER,
    dispute TEXT, answer_by INTEGER, count INTEGER NOT NULL, at INTEGER NOT NULL,
    raised INTEGER NOT NULL, acknowledged INTEGER, acknowledged_by TEXT,
    about_order TEXT, status TEXT, clock TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS alert_watch ON alert (watch, sequence);
  CREATE INDEX IF NOT EXISTS alert_acknowledged ON alert (acknowledged)
    WHERE acknowledged IS NOT NULL;
  CREATE UNIQUE INDEX IF NOT EXISTS alert_overflow ON alert (watch)
    WHERE event = 'OVERFLOW' AND acknowledged IS NULL;
  CREATE TABLE IF NOT EXISTS alert_label (
    alert INTEGER NOT NULL REFERENCES alert (sequence) ON DELETE CASCADE,
    position INTEGER NOT NULL, address TEXT NOT NULL, reference TEXT, PRIMARY KEY (alert, position)
  ) STRICT, WITHOUT ROWID;
`;
/** Of a file in which no alert was about an order. */
export const ALERT_UPGRADE = `
  ALTER TABLE alert ADD COLUMN about_order TEXT;
  ALTER TABLE alert ADD COLUMN status TEXT;
  ALTER TABLE alert ADD COLUMN clock TEXT;
`;
const ALERT = `a.sequence, a.id, w.id AS watch, w.kind, a.event, a.block, a.position, a.key, a.batch,
  a.label, a.dispute, a.answer_by AS answerBy, a.about_order AS "order", a.status, a.clock, a.count, a.at, a.raised AS raisedAt,
  a.acknowledged AS acknowledgedAt`;
/** What somebody of a member may see. */
export const VISIBLE = `w.member = :member AND (w.access = 'MEMBER' OR w.owner = :who)`;

/** @param bounds how many alerts may wait. */
export function createAlerts(database: DatabaseSync, now: () => number, bounds: AlertBounds) {
  const prepare = (sql: string) => database.prepare(sql);
  const selectId = prepare('SELECT 1 FROM alert WHERE id = ?');
  const insert = prepare(
    `INSERT INTO alert (id, watch, event, block, position, key, batch, label, dispute, answer_by,
       count, at, raised, about_order, status, clock)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING sequence`,
  );
  const insertLabel = prepare('INSERT INTO alert_label VALUES (?, ?, ?, ?)');
  const selectOpen = prepare(
    `SELECT own.open AS ofWatch, sum(each.open) AS ofMember FROM watch own
     JOIN watch each ON each.member = own.member WHERE own.number = ?`,
  );
  const addOpen = prepare('UPDATE watch SET open = open + ? WHERE number = ?');
  const countOverflow = prepare(
    `UPDATE alert SET count = count + 1
     WHERE watch = ? AND event = 'OVERFLOW' AND acknowledged IS NULL`,
  );
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
    `SELECT a.sequence, a.id, a.raised AS at, a.event, a.about_order AS "order", a.status, a.clock, w.member,
       CASE w.access WHEN 'MEMBER' THEN NULL ELSE w.owner END AS owner
     FROM alert a JOIN watch w ON w.number = a.watch
     WHERE a.sequence > ? ORDER BY a.sequence LIMIT ?`,
  );
  const selectLast = prepare(`SELECT seq AS last FROM sqlite_sequence WHERE name = 'alert'`);
  const acknowledge = prepare(
    `UPDATE alert SET acknowledged = ?, acknowledged_by = ?
     WHERE sequence = ? AND acknowledged IS NULL RETURNING watch, event`,
  );
  const removeOld = prepare(
    `DELETE FROM alert WHERE sequence IN
       (SELECT sequence FROM alert WHERE acknowledged < ? ORDER BY acknowledged LIMIT ?)`,
  );

  /** GONE: the watch was removed while it was looked at what it is about. */
  const roomOf = (watch: number): 'ROOM' | 'FULL' | 'GONE' => {
    const { ofWatch, ofMember } = selectOpen.get(watch) as Record<keyof AlertBounds, number | null>;
    if (ofWatch === null || ofMember === null) return 'GONE';
    return ofWatch < bounds.ofWatch && ofMember < bounds.ofMember ? 'ROOM' : 'FULL';
  };
  const put = (id: string, watch: number, facts: AlertFacts, count: number): number => {
    const { event, block, position, key, batch, label, dispute, answerBy, at } = facts;
    const { order = null, status = null, clock = null } = facts;
    const row = insert.get(
      ...[id, watch, event, block, position, key, batch, label, dispute, answerBy],
      ...[count, at, now(), order, status, clock],
    ) as { sequence: number };
    return row.sequence;
  };

  return {
    /** Within a commit of the caller's. Nothing where it was raised before: the ledger is being read again. */
    raise(id: string, facts: AlertFacts, { watch: { number: watch }, count, labels }: Match): void {
      if (selectId.get(id) !== undefined) return;
      const room = roomOf(watch);
      if (room === 'GONE') return;
      if (room === 'FULL') {
        // Told all the same, and counted: somebody has to look.
        if (countOverflow.run(watch).changes > 0) return;
        const { block, position, at } = facts;
        const overflow = { ...NO_ACT, event: 'OVERFLOW' as const, block, position, at };
        put(randomBytes(16).toString('hex'), watch, overflow, 1);
        return;
      }
      const sequence = put(id, watch, facts, count);
      addOpen.run(1, watch);
      for (const { index, address, reference } of labels)
        insertLabel.run(sequence, index, address, reference);
    },
    find: (id: string, { member, who }: Viewer) =>
      selectAlert.get({ id, member, who }) as unknown as Alert | undefined,
    list: (
      { member, who }: Viewer,
      { watch = null, state = null }: AlertFilter,
      after: number,
      limit: number,
    ) => selectAlerts.all({ member, who, watch, state, after, limit }) as unknown as Alert[],
    listLabels: ({ sequence }: Alert, after: number, limit: number) =>
      selectLabels.all(sequence, after, limit) as unknown as AlertLabel[],
    /** Within a commit of the caller's. */
    acknowledge({ sequence }: Alert, who: string): void {
      const done = acknowledge.get(now(), who, sequence) as
        | { watch: number; event: AlertEvent }
        | undefined;
      if (done !== undefined && done.event !== 'OVERFLOW') addOpen.run(-1, done.watch);
    },
    /** Those that were seen before a time; at most so many, and returns how many. */
    removeAcknowledged: (before: number, most: number) =>
      Number(removeOld.run(before, most).changes),
    /** Sequence number of the newest alert ever raised. */
    lastRaised: () => (selectLast.get() as { last: number } | undefined)?.last ?? 0,
    /** For whoever passes alerts on. */
    listRaised: (after: number, limit: number) =>
      selectRaised.all(after, limit) as unknown as Raised[],
  };
}

export const NO_ACT = {
  ...{ block: null, position: null, key: null, batch: null, label: null },
  ...{ dispute: null, answerBy: null },
};

const FALLS_DUE: readonly AlertEvent[] = ['OVERDUE', 'EXPIRED', 'DUE_SOON'];

/** The same however often the ledger is read: one alert for each watch and act, or what fell due of it. */
export const nameAlert = (watch: string, { key, event, at, clock }: ActFacts): string => {
  const due = FALLS_DUE.includes(event) ? `\n${event}\n${at}` : '';
  const of = clock == null ? '' : `\n${clock}`;
  return createHash('sha256')
    .update(`tabellion alert\n${watch}\n${key}${due}${of}`)
    .digest('hex')
    .slice(0, 32);
};

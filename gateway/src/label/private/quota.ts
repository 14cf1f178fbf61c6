/**
 * How much of the library somebody may ask for, against taking all of it piece by piece: each caller's in a minute
 * and in a day, each member's in a day. What was used is kept in a file, so that a restart gives nothing back.
 */

import { Problem } from '../../http/problem.ts';
import { openPrivateDatabase } from '../../identity/private-database.ts';
import { writeAtOnce } from '../../sqlite/write-at-once.ts';

/** Units: buckets handed out, or points evaluated. */
export const QUOTA_KINDS = ['BUCKETS', 'POINTS'] as const;
export type QuotaKind = (typeof QUOTA_KINDS)[number];

export interface PrivateQuotas {
  readonly callerMinute: number;
  readonly callerDay: number;
  readonly memberDay: number;
}

/** By what one caller may ask for in a day. */
export const scaleQuotas = (callerDay: number): PrivateQuotas => ({
  callerMinute: Math.ceil(callerDay / 20),
  callerDay,
  memberDay: 5 * callerDay,
});
export const DEFAULT_QUOTAS = scaleQuotas(100_000);

export interface QuotaLedger {
  /** Takes so many units, or none. @throws Problem `QUOTA_USED_UP`, with when to come back. */
  take(
    caller: { readonly who: string; readonly member: string },
    kind: QuotaKind,
    units: number,
  ): void;
  close(): void;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** What was used in so short a time before a crash is forgotten, milliseconds. */
const KEEP_EVERY_MS = 500;

interface Window {
  readonly name: string;
  readonly kind: QuotaKind;
  readonly span: number;
  /** When it began. */
  since: number;
  units: number;
  isKept: boolean;
}

/** Windows begin at full minutes and, in UTC, at midnight. */
export function openQuota(
  file: string,
  quotas: PrivateQuotas,
  { now, onFailure }: { readonly now: () => number; readonly onFailure: (error: unknown) => void },
): QuotaLedger {
  const database = openPrivateDatabase(file);
  database.exec(`
    CREATE TABLE IF NOT EXISTS used (
      name TEXT NOT NULL, kind TEXT NOT NULL, span INTEGER NOT NULL, since INTEGER NOT NULL,
      units INTEGER NOT NULL, PRIMARY KEY (name, kind, span)
    ) WITHOUT ROWID;
    PRAGMA user_version = 1;
  `);
  const upsert = database.prepare(
    `INSERT INTO used VALUES (?, ?, ?, ?, ?) ON CONFLICT (name, kind, span)
     DO UPDATE SET since = excluded.since, units = excluded.units`,
  );
  database.prepare('DELETE FROM used WHERE since < ?').run(now() - 2 * DAY_MS);
  const windows = new Map<string, Window>();
  const nameOf = ({ name, kind, span }: Pick<Window, 'name' | 'kind' | 'span'>) =>
    `${kind} ${span} ${name}`;
  for (const row of database.prepare('SELECT name, kind, span, since, units FROM used').iterate()) {
    const window = { ...(row as unknown as Window), isKept: true };
    windows.set(nameOf(window), window);
  }

  const keep = () => {
    const changed = [...windows.values()].filter(({ isKept }) => !isKept);
    if (changed.length === 0) return;
    writeAtOnce(database, () => {
      for (const { name, kind, span, since, units } of changed) {
        upsert.run(name, kind, span, since, units);
      }
    });
    for (const window of changed) window.isKept = true;
    const old = now() - 2 * DAY_MS;
    for (const [name, { since }] of windows) if (since < old) windows.delete(name);
  };
  const timer = setInterval(() => {
    try {
      keep();
    } catch (error) {
      onFailure(error);
    }
  }, KEEP_EVERY_MS);
  timer.unref();

  const windowOf = (name: string, kind: QuotaKind, span: number, at: number): Window => {
    const key = nameOf({ name, kind, span });
    const window = windows.get(key) ?? { name, kind, span, since: 0, units: 0, isKept: false };
    windows.set(key, window);
    const since = at - (at % span);
    // A clock that was set back begins no new window.
    if (since > window.since) Object.assign(window, { since, units: 0 });
    return window;
  };

  return {
    take({ who, member }, kind, units) {
      const at = now();
      const asked = [
        { window: windowOf(who, kind, MINUTE_MS, at), most: quotas.callerMinute },
        { window: windowOf(who, kind, DAY_MS, at), most: quotas.callerDay },
        { window: windowOf(`member ${member}`, kind, DAY_MS, at), most: quotas.memberDay },
      ];
      const over = asked.filter(({ window, most }) => window.units + units > most);
      if (over.length > 0) throw refuse(over, at);
      for (const { window } of asked) {
        window.units += units;
        window.isKept = false;
      }
    },
    close() {
      clearInterval(timer);
      keep();
      database.close();
    },
  };
}

function refuse(
  over: readonly { readonly window: Window; readonly most: number }[],
  at: number,
): Problem {
  const end = Math.max(...over.map(({ window }) => window.since + window.span));
  const seconds = Math.max(1, Math.ceil((end - at) / 1000));
  const again = new Date(end).toISOString();
  const limits = over.map(
    ({ window, most }) => `${most} a ${window.span === DAY_MS ? 'day' : 'minute'}`,
  );
  return new Problem('QUOTA_USED_UP', `at most ${limits.join(', ')}; again from ${again}`, {
    headers: { 'retry-after': `${seconds}` },
  });
}

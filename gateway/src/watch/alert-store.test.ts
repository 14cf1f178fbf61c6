/** How many alerts may wait, and how long those are kept that were seen. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ActFacts, AlertBounds } from './alert-store.ts';
import { openWatchStore, type Watch, type WatchStore } from './store.ts';

const CN = 'CnAgencyMSP';
const SHARED = { name: 'w', access: 'MEMBER', kind: 'ADDRESSES', categories: [] } as const;
let directory: string;
let store: WatchStore;
let now = 1000;
const file = () => join(directory, 'watch.sqlite');
const open = (bounds?: AlertBounds) => {
  store = openWatchStore(file(), () => now, bounds);
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-alerts-'));
  now = 1000;
});
afterEach(async () => {
  store.close();
  await rm(directory, { recursive: true, force: true });
});

const watchOf = (member: string, owner = 'ana') => store.add({ member, owner }, SHARED);
const act = (block: number): ActFacts => ({
  ...{ event: 'ASSERTED', block, position: 0, key: `label-batch/${block}`, batch: `${block}` },
  ...{ label: null, dispute: null, answerBy: null, at: block },
});
const raise = (block: number, ...watches: readonly Watch[]) =>
  store.raiseAll(
    [
      {
        facts: act(block),
        matches: watches.map((watch) => ({
          watch,
          count: 1,
          labels: [{ index: 0, address: `address ${block}`, reference: null }],
        })),
      },
    ],
    () => undefined,
  );
const list = ({ id, member }: Watch) =>
  store.alerts.list({ member, who: 'ana' }, { watch: id }, 0, 100);
const eventsOf = (watch: Watch) => list(watch).map(({ event, block }) => [event, block]);

describe('alerts that nobody looks at', () => {
  it('are listed up to a number for a watch, then counted by one alert that says from where on', () => {
    open({ ofWatch: 2, ofMember: 100 });
    const [full, other] = [watchOf(CN), watchOf(CN)];
    for (const block of [1, 2, 3, 4, 5]) raise(block, full);
    raise(5, other);
    expect(eventsOf(full)).toEqual([
      ['ASSERTED', 1],
      ['ASSERTED', 2],
      ['OVERFLOW', 3],
    ]);
    const overflow = list(full)[2]!;
    expect(overflow).toMatchObject({ count: 3, key: null, at: 3, acknowledgedAt: null });
    expect(store.alerts.listLabels(overflow, -1, 10)).toEqual([]);
    expect(eventsOf(other)).toEqual([['ASSERTED', 5]]);
    expect(store.find(full.id)).toMatchObject({ open: 2 });
    // What is passed on to others has it too.
    expect(store.alerts.listRaised(overflow.sequence - 1, 1)).toMatchObject([
      { event: 'OVERFLOW' },
    ]);
  });

  it('leave room again once they are seen, and the next overflow is another alert', () => {
    open({ ofWatch: 1, ofMember: 100 });
    const watch = watchOf(CN);
    for (const block of [1, 2]) raise(block, watch);
    const [first, overflow] = list(watch);
    store.acknowledge(first!, 'ana');
    store.acknowledge(first!, 'ben');
    for (const block of [3, 4]) raise(block, watch);
    expect(list(watch)[1]).toMatchObject({ event: 'OVERFLOW', count: 2 });
    store.acknowledge(overflow!, 'ana');
    raise(5, watch);
    expect(eventsOf(watch)).toEqual([
      ...[
        ['ASSERTED', 1],
        ['OVERFLOW', 2],
        ['ASSERTED', 3],
        ['OVERFLOW', 5],
      ],
    ]);
    expect(store.find(watch.id)).toMatchObject({ open: 1 });
  });

  it('are bounded for a member over all its watches, and for no other member by it', () => {
    open({ ofWatch: 100, ofMember: 2 });
    const [one, two, others] = [watchOf(CN), watchOf(CN, 'ben'), watchOf('SgAgencyMSP')];
    raise(1, one, two, others);
    raise(2, one, two, others);
    expect([eventsOf(one).at(-1), eventsOf(two).at(-1), eventsOf(others).at(-1)]).toEqual([
      ...[
        ['OVERFLOW', 2],
        ['OVERFLOW', 2],
        ['ASSERTED', 2],
      ],
    ]);
    store.remove(one);
    raise(3, two);
    expect(eventsOf(two).at(-1)).toEqual(['ASSERTED', 3]);
  });

  it('are listed once, and counted once, where the same act comes again', () => {
    open({ ofWatch: 1, ofMember: 100 });
    const watch = watchOf(CN);
    raise(1, watch);
    raise(1, watch);
    expect(eventsOf(watch)).toEqual([['ASSERTED', 1]]);
    // Of a watch that was removed meanwhile there is nothing to tell.
    store.remove(watch);
    raise(2, watch);
    expect(list(watch)).toEqual([]);
  });
});

describe('alerts that were seen', () => {
  it('are removed with their addresses once they are old; what waits stays however old it is', () => {
    open();
    const watch = watchOf(CN);
    for (const block of [1, 2, 3]) raise(block, watch);
    const [first, second] = list(watch);
    store.acknowledge(first!, 'ana');
    now = 2000;
    store.acknowledge(second!, 'ana');
    expect(store.alerts.removeAcknowledged(1000, 10)).toBe(0);
    expect(store.alerts.removeAcknowledged(2000, 10)).toBe(1);
    expect(eventsOf(watch)).toEqual([
      ['ASSERTED', 2],
      ['ASSERTED', 3],
    ]);
    expect(store.alerts.removeAcknowledged(1e12, 10)).toBe(1);
    expect(eventsOf(watch)).toEqual([['ASSERTED', 3]]);
    const last = store.alerts.lastRaised();
    store.close();
    const database = new DatabaseSync(file());
    expect(database.prepare('SELECT address FROM alert_label').all()).toEqual([
      { address: 'address 3' },
    ]);
    database.close();
    open();
    // Numbers are not given twice: whoever passes alerts on goes by them.
    raise(4, watch);
    expect(store.alerts.lastRaised()).toBe(last + 1);
  });
});

it('opens a file of the version before with its watches, alerts and place on the ledger', () => {
  const database = new DatabaseSync(file());
  database.exec(`
    CREATE TABLE watch (
      number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, member TEXT NOT NULL, owner TEXT,
      access TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, categories TEXT NOT NULL,
      created INTEGER NOT NULL, size INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE alert (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
      watch INTEGER NOT NULL REFERENCES watch (number) ON DELETE CASCADE,
      event TEXT NOT NULL, block INTEGER, position INTEGER, key TEXT, batch TEXT, label INTEGER,
      dispute TEXT, answer_by INTEGER, count INTEGER NOT NULL, at INTEGER NOT NULL,
      raised INTEGER NOT NULL, acknowledged INTEGER, acknowledged_by TEXT
    ) STRICT;
    CREATE TABLE progress (block INTEGER NOT NULL, position INTEGER NOT NULL, genesis BLOB) STRICT;
    INSERT INTO progress VALUES (7, 2, x'0102');
    INSERT INTO watch VALUES (1, 'aa', '${CN}', 'ana', 'OWNER', 'ADDRESSES', 'w', '[]', 5, 0);
    INSERT INTO alert VALUES (1, 'a1', 1, 'ASSERTED', 1, 0, 'k', 'b', NULL, NULL, NULL, 1, 1, 1, NULL, NULL);
    INSERT INTO alert VALUES (2, 'a2', 1, 'ASSERTED', 2, 0, 'k', 'b', NULL, NULL, NULL, 1, 1, 1, 9, 'ana');
    PRAGMA user_version = 1;
  `);
  database.close();
  for (let time = 0; time < 2; time += 1) {
    open();
    const watch = store.find('aa')!;
    expect(watch).toMatchObject({ open: 1, owner: 'ana' });
    expect(eventsOf(watch)).toHaveLength(2);
    const ledger = store.deadlines.ledgerOf(Uint8Array.of(1, 2));
    expect(store.deadlines.cursorOf(ledger, 'ALERTS')).toEqual([7, 2]);
    const other = store.deadlines.ledgerOf(Uint8Array.of(3));
    expect(store.deadlines.cursorOf(other, 'ALERTS')).toEqual([-1, -1]);
    if (time === 0) store.close();
  }
});

it('opens a file in which no alert was about an order, and raises one there', () => {
  open();
  const watch = watchOf(CN);
  raise(1, watch);
  store.close();
  const database = new DatabaseSync(file());
  database.exec(`
    ALTER TABLE alert DROP COLUMN about_order; ALTER TABLE alert DROP COLUMN status;
    ALTER TABLE alert DROP COLUMN clock; DROP TABLE clock_date; DROP TABLE deputy;
    PRAGMA user_version = 2;
  `);
  database.close();
  open();
  const facts: ActFacts = {
    ...{ ...act(2), batch: null, event: 'DUE_SOON', order: 'o', status: 'RECEIVED', clock: 'c' },
  };
  store.raiseAll([{ facts, matches: [{ watch, count: 1, labels: [] }] }], () => undefined);
  expect(list(watch)).toMatchObject([
    { event: 'ASSERTED', order: null, status: null, clock: null },
    { event: 'DUE_SOON', order: 'o', status: 'RECEIVED', clock: 'c' },
  ]);
});

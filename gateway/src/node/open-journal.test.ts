/** What is kept for audits is not erased by a clock that is wrong. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openJournalStore } from '../journal/store.ts';
import { type JournalParts, openJournal } from './open-journal.ts';

const DAY = 86_400_000;
const MEMBER = 'CnAgencyMSP';
const asked = Buffer.from('asked');
let own: string;

beforeEach(async () => {
  own = await mkdtemp(join(tmpdir(), 'tabellion-open-journal-'));
  const store = openJournalStore(join(own, 'journal.sqlite'));
  store.append([{ member: MEMBER, at: 0, bytes: Buffer.from('{}'), opening: asked }]);
  store.close();
});
afterEach(() => rm(own, { recursive: true }));

/** Opens and closes it, and says what is kept then. */
async function keptAfter(parts: Pick<JournalParts, 'now' | 'assertClock' | 'onFailure'>) {
  const opened = new AsyncDisposableStack();
  openJournal(
    {
      ...{ own, keepQueriesDays: 10, logger: pino({ level: 'silent' }), ...parts },
      // Without a member that signs nothing is put on a ledger.
      ...{ serviceSigners: new Map(), ledger: {} as never },
      projection: { database: { prepare: () => undefined } } as never,
    },
    opened,
  );
  await opened.disposeAsync();
  const store = openJournalStore(join(own, 'journal.sqlite'));
  const kept = store.openingOf(MEMBER, 1);
  store.close();
  return kept && Buffer.from(kept);
}

it('erases what is as old as was asked for, by a clock that is believed', async () => {
  const parts = { assertClock: () => undefined, onFailure: () => undefined };
  expect(await keptAfter({ ...parts, now: () => 9 * DAY })).toEqual(asked);
  expect(await keptAfter({ ...parts, now: () => 11 * DAY })).toBeUndefined();
});

it('erases nothing while the clock is wrong, and says so', async () => {
  const wrong = new Error('set forward');
  const failures: unknown[] = [];
  const kept = await keptAfter({
    now: () => 11 * DAY,
    assertClock: () => {
      throw wrong;
    },
    onFailure: (error) => failures.push(error),
  });
  expect(kept).toEqual(asked);
  expect(failures).toEqual([wrong]);
});

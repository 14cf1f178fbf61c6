/** The journal of a node, its way onto the ledger, and the end of what it keeps for audits. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { GatewayDeps } from '../http/deps.ts';
import { startJournalAnchorer } from '../journal/anchorer.ts';
import { createJournal, type Journal } from '../journal/journal.ts';
import { linkJournalLedger } from '../journal/ledger-link.ts';
import { openJournalStore } from '../journal/store.ts';
import { eraseInTime } from './erase-in-time.ts';

/** A journal entry waits about this long for its batch on the ledger, milliseconds. */
const JOURNAL_AGE_MS = 60_000;
/** A screening is to be on the ledger within ten seconds (O-3), of which its commit takes some. */
const SCREENING_AGE_MS = 5000;
const JOURNAL_ENTRIES = 65_536;
/** How long closing waits for the ledger to take what the journal holds, milliseconds. */
const JOURNAL_LAST_RUN_MS = 10_000;
const DAY_MS = 86_400_000;

/** What was asked of addresses is kept for five years, as FATF Recommendation 11 asks of records. */
export const KEEP_QUERIES_DAYS = 1827;

export interface JournalParts
  extends Pick<GatewayDeps, 'ledger' | 'serviceSigners' | 'projection' | 'now'> {
  /** The gateway's own directory. */
  readonly own: string;
  readonly keepQueriesDays: number;
  /** Throws while the clock is not to be believed: what it says is old may be evidence still. */
  readonly assertClock: () => void;
  readonly logger: Logger;
  readonly onFailure: (error: unknown) => void;
}

export function openJournal(parts: JournalParts, opened: AsyncDisposableStack): Journal {
  const { own, ledger, serviceSigners, projection, now, logger, onFailure } = parts;
  const store = openJournalStore(join(own, 'journal.sqlite'));
  const sealerOf = (member: string) => serviceSigners.get(member);
  const journal = createJournal(store, { now, sealerOf });
  opened.defer(() => journal.close());
  const anchorer = startJournalAnchorer(
    store,
    linkJournalLedger(ledger, serviceSigners, projection),
    {
      ...{ maxAgeMs: JOURNAL_AGE_MS, maxCommittedAgeMs: SCREENING_AGE_MS },
      ...{ maxEntries: JOURNAL_ENTRIES, now, logger, onFailure },
    },
  );
  opened.defer(() => anchorer.close(JOURNAL_LAST_RUN_MS));
  const erase = () => journal.erase(now() - parts.keepQueriesDays * DAY_MS);
  opened.defer(eraseInTime({ erase, what: 'the queries of old screenings', ...parts }));
  return journal;
}

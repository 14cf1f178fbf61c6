/** The journal of a node, its way onto the ledger, and the end of what it keeps for audits. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { GatewayDeps } from '../http/deps.ts';
import { startJournalAnchorer } from '../journal/anchorer.ts';
import { createJournal, type Journal } from '../journal/journal.ts';
import { linkJournalLedger } from '../journal/ledger-link.ts';
import { openJournalStore } from '../journal/store.ts';

/** A journal entry waits about this long for its batch on the ledger, milliseconds. */
const JOURNAL_AGE_MS = 60_000;
/** A screening is to be on the ledger within ten seconds (O-3), of which its commit takes some. */
const SCREENING_AGE_MS = 5000;
const JOURNAL_ENTRIES = 65_536;
/** How long closing waits for the ledger to take what the journal holds, milliseconds. */
const JOURNAL_LAST_RUN_MS = 10_000;
const DAY_MS = 86_400_000;
/** How often what is too old is looked for, milliseconds. */
const ERASE_EVERY_MS = 3_600_000;

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
  opened.defer(eraseInTime(journal, parts));
  return journal;
}

/** Erases what is older than it is kept, now and then every hour. Returns what ends it. */
function eraseInTime(
  journal: Journal,
  { keepQueriesDays, now, assertClock, logger, onFailure }: JournalParts,
): () => Promise<void> {
  let erasing: Promise<void> = Promise.resolve();
  const erase = async () => {
    try {
      assertClock();
      const erased = await journal.erase(now() - keepQueriesDays * DAY_MS);
      if (erased > 0) logger.info({ erased }, 'the queries of old screenings are erased');
    } catch (error) {
      onFailure(error);
      logger.error({ code: (error as { code?: string }).code }, 'old queries are not erased');
    }
  };
  const run = () => {
    erasing = erasing.then(erase);
  };
  run();
  const timer = setInterval(run, ERASE_EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    return erasing;
  };
}

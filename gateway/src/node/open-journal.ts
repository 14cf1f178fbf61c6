/** The journal of a node, and its way onto the ledger. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { GatewayDeps } from '../http/deps.ts';
import { startJournalAnchorer } from '../journal/anchorer.ts';
import { createJournal } from '../journal/journal.ts';
import { linkJournalLedger } from '../journal/ledger-link.ts';
import { openJournalStore } from '../journal/store.ts';

/** A journal entry waits about this long for its batch on the ledger, milliseconds. */
const JOURNAL_AGE_MS = 60_000;
const JOURNAL_ENTRIES = 65_536;
/** How long closing waits for the ledger to take what the journal holds, milliseconds. */
const JOURNAL_LAST_RUN_MS = 10_000;

export interface JournalParts
  extends Pick<GatewayDeps, 'ledger' | 'serviceSigners' | 'projection' | 'now'> {
  /** The gateway's own directory. */
  readonly own: string;
  readonly logger: Logger;
  readonly onFailure: (error: unknown) => void;
}

export function openJournal(
  { own, ledger, serviceSigners, projection, now, logger, onFailure }: JournalParts,
  opened: AsyncDisposableStack,
): GatewayDeps['journal'] {
  const store = openJournalStore(join(own, 'journal.sqlite'));
  const journal = createJournal(store, now);
  opened.defer(() => journal.close());
  const anchorer = startJournalAnchorer(
    store,
    linkJournalLedger(ledger, serviceSigners, projection),
    { maxAgeMs: JOURNAL_AGE_MS, maxEntries: JOURNAL_ENTRIES, now, logger, onFailure },
  );
  opened.defer(() => anchorer.close(JOURNAL_LAST_RUN_MS));
  return journal;
}

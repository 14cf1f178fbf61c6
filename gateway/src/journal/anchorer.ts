/**
 * Puts the journal on the ledger in batches: one Merkle root by size or age, each member's batches in
 * a chain of their own. Runs beside the requests and never makes one wait.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { AnchorJournalInput } from '@tabellion/chaincode/evidence/record';
import { leafHash, toHex } from '@tabellion/proof';
import type { Logger } from 'pino';
import { BatchRoot } from '../evidence/batch-root.ts';
import type { JournalStore, StoredBatch, StoredEntry, Uncovered } from './store.ts';

/** What the anchorer needs of the ledger. */
export interface JournalLedger {
  /** Members for which the gateway holds a signing key. */
  readonly members: readonly string[];
  /** Brings the projection up to the ledger, so that what is committed is known. */
  refresh(): Promise<void>;
  /** The member's latest journal record as far as the projection has come. */
  head(member: string): { sequence: number; digest: string } | undefined;
  /** Digest of the member's journal record with this root, if it is committed. */
  findRoot(member: string, root: string): string | undefined;
  /** Performs `evidence:anchorJournal`; resolves with the record's digest once committed. */
  anchor(member: string, input: AnchorJournalInput): Promise<string>;
}

export interface AnchorerOptions {
  /** An entry waits at most about this long for its batch, milliseconds. */
  readonly maxAgeMs: number;
  /** The same of entries that commit to something, and so of screenings. */
  readonly maxCommittedAgeMs: number;
  /** Most entries in a batch; up to 65,536. */
  readonly maxEntries: number;
  readonly now: () => number;
  readonly logger: Logger;
  readonly onFailure?: (error: unknown) => void;
}

export interface JournalAnchorer {
  /** Anchors what is due; with `all`, also what has not reached its age. */
  run(all?: boolean): Promise<void>;
  /**
   * Ends. Before that, what waits is anchored, as far as `lastRunMs` reaches: a batch under way then
   * is still waited for, later ones are left to the next start.
   */
  close(lastRunMs?: number): Promise<void>;
}

export function startJournalAnchorer(
  store: JournalStore,
  ledger: JournalLedger,
  options: AnchorerOptions,
): JournalAnchorer {
  let running: Promise<void> | undefined;
  let closed = false;
  /** By member, after a failure: a ledger that takes nothing is not asked at every turn. */
  const restsUntil = new Map<string, number>();

  const runOnce = async (all: boolean) => {
    for (const member of ledger.members) {
      if (closed) return;
      if (!all && options.now() < (restsUntil.get(member) ?? 0)) continue;
      try {
        await anchorMember(member, all);
        restsUntil.delete(member);
      } catch (error) {
        restsUntil.set(member, options.now() + options.maxAgeMs / 4);
        options.onFailure?.(error);
        const code = error instanceof Error && 'code' in error ? error.code : undefined;
        options.logger.warn({ member, code }, 'journal batch waits: the ledger did not take it');
      }
    }
  };

  const anchorMember = async (member: string, all: boolean) => {
    const last = store.lastBatch(member);
    const open = last?.digest === null ? last : prepareBatch(member, last, all);
    if (!open) return;
    // An earlier attempt may have committed after all.
    await ledger.refresh();
    const digest = ledger.findRoot(member, open.root) ?? (await submit(open));
    store.settle(open, digest);
  };

  const isDue = ({ entries, since, committedSince }: Uncovered) => {
    const isOlder = (at: number | null, ageMs: number) =>
      at !== null && at + ageMs <= options.now();
    return (
      entries >= options.maxEntries ||
      isOlder(since, options.maxAgeMs) ||
      isOlder(committedSince, options.maxCommittedAgeMs)
    );
  };

  /** The batch is on disk before it is submitted, so that a restart submits the same one. */
  const prepareBatch = (member: string, last: StoredBatch | undefined, all: boolean) => {
    const waiting = store.waiting(member);
    if (!all && !isDue(waiting)) return undefined;
    const entries = store.uncovered(member, options.maxEntries);
    const first = entries[0];
    if (!first) return undefined;
    const times = entries.map((entry) => entry.at);
    const batch: StoredBatch = {
      member,
      number: (last?.number ?? 0) + 1,
      first: first.position,
      last: entries.at(-1)!.position,
      root: toHex(rootOf(entries)),
      from: times.reduce((a, b) => Math.min(a, b)),
      to: times.reduce((a, b) => Math.max(a, b)),
      digest: null,
    };
    store.addBatch(batch);
    return batch;
  };

  const submit = (batch: StoredBatch) => {
    const head = ledger.head(batch.member);
    return ledger.anchor(batch.member, {
      root: batch.root,
      size: batch.last - batch.first + 1,
      from: batch.from,
      to: batch.to,
      sequence: (head?.sequence ?? 0) + 1,
      previous: head?.digest ?? null,
    });
  };

  const run = (all = false) => {
    running ??= runOnce(all).finally(() => {
      running = undefined;
    });
    return running;
  };
  const timer = setInterval(() => void run(), Math.max(50, options.maxCommittedAgeMs / 4));
  timer.unref();

  return {
    run,
    async close(lastRunMs = 0) {
      clearInterval(timer);
      if (lastRunMs > 0) {
        await running;
        await Promise.race([run(true), delay(lastRunMs, undefined, { ref: false })]);
      }
      closed = true;
      await running;
    },
  };
}

function rootOf(entries: readonly StoredEntry[]): Uint8Array {
  const root = new BatchRoot();
  for (const { bytes } of entries) root.add(leafHash(bytes));
  return root.root!;
}

/**
 * The gateway's journal. An entry is on disk before the answer that it accounts for leaves; nothing
 * here waits for the ledger.
 */
import { randomBytes } from 'node:crypto';
import { buildTree, canonicalBytes, leafHash, toBase64url } from '@tabellion/proof';
import { type JournalEntry, type JournalFact, journalEntry } from './entry.ts';
import type { JournalStore, NewEntry, StoredEntry } from './store.ts';

export interface JournalItem {
  readonly position: number;
  readonly entry: JournalEntry;
  /** Digest of the journal record on the ledger that covers this entry; null until anchored. */
  readonly batch: string | null;
}

/** Shows that an entry is under the root of a journal record (RFC 6962 inclusion path). */
export interface EntryProof {
  /** RFC 8785 bytes of the entry. */
  readonly entry: Uint8Array;
  readonly batch: string;
  readonly index: number;
  readonly size: number;
  readonly hashes: readonly Uint8Array[];
}

export interface Journal {
  /** Resolves once the entry is on disk; calls of the same moment share one fsync. */
  record(fact: JournalFact, opening?: Uint8Array): Promise<RecordedEntry>;
  /** What an entry commits to: of a screening, the canonical JSON of the queries and their secret. */
  open(member: string, position: number): Uint8Array | undefined;
  /** Entries of one member from a position on, oldest first. */
  list(member: string, from: number, limit: number): JournalItem[];
  /** The same of whoever came, or tried to come, with one grant (`grant/<id>`). */
  listOfGuest(member: string, who: string, from: number, limit: number): JournalItem[];
  /** Undefined while the entry does not exist or is not anchored yet. */
  prove(member: string, position: number): EntryProof | undefined;
  close(): Promise<void>;
}

/** Where an entry stands in its member's journal, and its RFC 8785 bytes. */
export interface RecordedEntry {
  readonly position: number;
  readonly bytes: Uint8Array;
}

interface Waiting {
  readonly row: NewEntry;
  readonly done: PromiseWithResolvers<RecordedEntry>;
}

export function createJournal(store: JournalStore, now: () => number): Journal {
  let waiting: Waiting[] = [];
  let flushing: Promise<void> | undefined;

  const flush = () => {
    const group = waiting;
    waiting = [];
    flushing = undefined;
    try {
      const positions = store.append(group.map((entry) => entry.row));
      for (const [at, { row, done }] of group.entries()) {
        done.resolve({ position: positions[at]!, bytes: row.bytes });
      }
    } catch (error) {
      for (const entry of group) entry.done.reject(error);
    }
  };

  const showOf =
    (member: string) =>
    ({ position, bytes }: StoredEntry): JournalItem => ({
      position,
      entry: journalEntry.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))),
      batch: store.batchOf(member, position)?.digest ?? null,
    });

  return {
    open: (member, position) => store.openingOf(member, position),
    record(fact, opening) {
      const at = now();
      const salt = toBase64url(randomBytes(16));
      const bytes = canonicalBytes({ type: 'tabellion.journalEntry', v: 1, ...fact, at, salt });
      const done = Promise.withResolvers<RecordedEntry>();
      waiting.push({ row: { member: fact.member, at, bytes, opening }, done });
      flushing ??= new Promise((resolve) =>
        setImmediate(() => {
          flush();
          resolve();
        }),
      );
      return done.promise;
    },
    list: (member, from, limit) => store.entries(member, from, limit).map(showOf(member)),
    listOfGuest: (member, who, from, limit) =>
      store.entriesOfGuest(member, who, from, limit).map(showOf(member)),
    prove(member, position) {
      const batch = store.batchOf(member, position);
      if (!batch?.digest) return undefined;
      const size = batch.last - batch.first + 1;
      const entries = store.entries(member, batch.first, size);
      const index = position - batch.first;
      return {
        entry: new Uint8Array(entries[index]!.bytes),
        batch: batch.digest,
        index,
        size,
        hashes: treeOf(entries).path(index),
      };
    },
    async close() {
      await flushing;
      store.close();
    },
  };
}

/** The Merkle tree over a run of entries. */
export const treeOf = (entries: readonly StoredEntry[]) =>
  buildTree(entries.map((entry) => leafHash(entry.bytes)));

/**
 * The gateway's journal. An entry is on disk before the answer that it accounts for leaves; nothing
 * here waits for the ledger.
 */
import { randomBytes } from 'node:crypto';
import {
  type BatchTree,
  buildTree,
  canonicalBytes,
  type EntrySeal,
  leafHash,
  type SealedEntry,
  toBase64url,
} from '@tabellion/proof';
import type { Signer } from '../ledger/act.ts';
import { type JournalEntry, type JournalFact, journalEntry } from './entry.ts';
import { sealGroup } from './seal.ts';
import type { JournalStore, NewEntry, StoredBatch, StoredEntry } from './store.ts';

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
  record(fact: JournalFact): Promise<void>;
  /**
   * The same, for who is to have something in hand: the entry with the seal of its group. With `opening`
   * an entry keeps what it commits to: of a screening, the queries and their secret.
   */
  recordSealed(fact: JournalFact, opening?: Uint8Array): Promise<SealedEntry>;
  /** Undefined if there is no such entry. */
  find(member: string, position: number): FoundEntry | undefined;
  /** What an entry commits to; undefined where nothing was kept, or is no longer. */
  open(member: string, position: number): Uint8Array | undefined;
  /**
   * Erases what entries from before that time commit to; resolves with how many. Where it throws, the next
   * call takes out of the files what this one left there.
   */
  erase(before: number): Promise<number>;
  /** Entries of one member from a position on, oldest first. */
  list(member: string, from: number, limit: number): JournalItem[];
  /** The same of whoever came, or tried to come, with one grant (`grant/<id>`). */
  listOfGuest(member: string, who: string, from: number, limit: number): JournalItem[];
  /** Undefined while the entry does not exist or is not anchored yet. */
  prove(member: string, position: number): EntryProof | undefined;
  close(): Promise<void>;
}

export interface FoundEntry extends JournalItem {
  readonly bytes: Uint8Array;
}

export interface JournalOptions {
  readonly now: () => number;
  /** Who seals the entries of a member; one is needed for entries that are to be sealed only. */
  readonly sealerOf: (member: string) => Signer | undefined;
}

interface Waiting {
  readonly row: NewEntry;
  readonly isSealed: boolean;
  readonly done: PromiseWithResolvers<Written>;
}

type Written = Omit<SealedEntry, 'seal'> & { readonly seal?: EntrySeal };

/** Entries erased at once, between which others have their turn. */
const ERASED_AT_ONCE = 1000;

export function createJournal(store: JournalStore, { now, sealerOf }: JournalOptions): Journal {
  let waiting: Waiting[] = [];
  let flushing: Promise<void> | undefined;
  /** Also of an earlier process, which may have ended between the two. */
  let isErasedInLog = true;

  const flush = async () => {
    const group = waiting;
    waiting = [];
    flushing = undefined;
    try {
      const positions = store.append(group.map((entry) => entry.row));
      const written = group.map(({ row }, at) => ({ entry: row.bytes, position: positions[at]! }));
      for (const [at, { isSealed, done }] of group.entries()) {
        if (!isSealed) done.resolve(written[at]!);
      }
      for (const member of membersOf(group)) {
        // What cannot be sealed for one member is no reason to leave another's unsealed.
        await sealOf(member, group, written).catch((error: unknown) => {
          for (const { row, done } of group) if (row.member === member) done.reject(error);
        });
      }
    } catch (error) {
      for (const entry of group) entry.done.reject(error);
    }
  };

  /** One signature for what of a member's journal came to the disk together, for those who wait for it. */
  const sealOf = async (member: string, group: readonly Waiting[], written: readonly Written[]) => {
    const own = [...group.entries()].filter(([, { row }]) => row.member === member);
    const first = written[own[0]![0]]!.position;
    const leaves = own.map(([at]) => leafHash(written[at]!.entry));
    const seal = await sealGroup(sealerOf(member), { member, first, leaves });
    for (const [index, [at, { isSealed, done }]] of own.entries()) {
      if (isSealed) done.resolve({ ...written[at]!, seal: seal(index) });
    }
  };

  const write = (fact: JournalFact, isSealed: boolean, opening?: Uint8Array) => {
    const at = now();
    const salt = toBase64url(randomBytes(16));
    const bytes = canonicalBytes({ type: 'tabellion.journalEntry', v: 1, ...fact, at, salt });
    const done = Promise.withResolvers<Written>();
    waiting.push({ row: { member: fact.member, at, bytes, opening }, isSealed, done });
    flushing ??= new Promise((resolve) => setImmediate(() => void flush().finally(resolve)));
    return done.promise;
  };

  const showOf =
    (member: string) =>
    ({ position, bytes }: StoredEntry): JournalItem => ({
      position,
      entry: journalEntry.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))),
      batch: store.batchOf(member, position)?.digest ?? null,
    });

  const entryAt = (member: string, position: number) => {
    const [found] = store.entries(member, position, 1);
    return found?.position === position ? found : undefined;
  };

  // Proofs are asked for entry by entry: the tree of the last batch is worth keeping.
  let last: { readonly batch: StoredBatch; readonly tree: BatchTree } | undefined;
  const treeUnder = (batch: StoredBatch) => {
    if (last?.batch.member !== batch.member || last.batch.number !== batch.number) {
      last = { batch, tree: treeOf(store.entries(batch.member, batch.first, sizeOf(batch))) };
    }
    return last.tree;
  };

  return {
    async record(fact) {
      await write(fact, false);
    },
    async recordSealed(fact, opening) {
      return (await write(fact, true, opening)) as SealedEntry;
    },
    find(member, position) {
      const found = entryAt(member, position);
      return found && { ...showOf(member)(found), bytes: found.bytes };
    },
    open: (member, position) => store.openingOf(member, position),
    async erase(before) {
      let erased = 0;
      for (;;) {
        const now = store.eraseOpenings(before, ERASED_AT_ONCE);
        erased += now;
        isErasedInLog ||= now > 0;
        if (now < ERASED_AT_ONCE) break;
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (isErasedInLog) store.flushErased();
      isErasedInLog = false;
      return erased;
    },
    list: (member, from, limit) => store.entries(member, from, limit).map(showOf(member)),
    listOfGuest: (member, who, from, limit) =>
      store.entriesOfGuest(member, who, from, limit).map(showOf(member)),
    prove(member, position) {
      const batch = store.batchOf(member, position);
      if (!batch?.digest) return undefined;
      const index = position - batch.first;
      return {
        entry: new Uint8Array(entryAt(member, position)!.bytes),
        batch: batch.digest,
        index,
        size: sizeOf(batch),
        hashes: treeUnder(batch).path(index),
      };
    },
    async close() {
      await flushing;
      store.close();
    },
  };
}

const sizeOf = ({ first, last }: StoredBatch) => last - first + 1;

/** Of those that wait for a seal. */
const membersOf = (group: readonly Waiting[]) =>
  new Set(group.filter(({ isSealed }) => isSealed).map(({ row }) => row.member));

/** The Merkle tree over a run of entries. */
export const treeOf = (entries: readonly StoredEntry[]) =>
  buildTree(entries.map((entry) => leafHash(entry.bytes)));

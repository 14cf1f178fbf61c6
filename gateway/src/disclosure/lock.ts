/** Wrong secrets are counted grant by grant, so that nobody tries them out. */

/** So many in a row lock the grant. */
export const MAX_WRONG = 10;
const FIRST_MS = 60_000;
const LONGEST_MS = 900_000;
/** Grants that are counted at once; of more, those counted longest ago are forgotten. */
const MAX_COUNTED = 10_000;

interface Count {
  wrong: number;
  lockedUntil: number;
  /** Length of the next lock. */
  nextMs: number;
}

/**
 * A lock never keeps the right secret out, or whoever knows a grant's ID, which stands on the ledger for
 * all members, could shut its receiver out. 256 random bits need no more: it keeps tries from filling the
 * journal.
 */
export function createGrantLock(now: () => number) {
  const counts = new Map<string, Count>();
  return {
    /** Milliseconds until the grant can be tried again; 0 if it is not locked. */
    remaining: (id: string): number => Math.max(0, (counts.get(id)?.lockedUntil ?? 0) - now()),
    /** Only for grants that are there: others would fill the memory. */
    countWrong(id: string): void {
      const count = counts.get(id) ?? { wrong: 0, lockedUntil: 0, nextMs: FIRST_MS };
      count.wrong += 1;
      if (count.wrong >= MAX_WRONG) {
        count.wrong = 0;
        count.lockedUntil = now() + count.nextMs;
        count.nextMs = Math.min(2 * count.nextMs, LONGEST_MS);
      }
      counts.delete(id);
      counts.set(id, count);
      if (counts.size > MAX_COUNTED) counts.delete(counts.keys().next().value!);
    },
  };
}

/** Fabric's check at commit: what a transaction read must be what was there. */
import type { KeyRead, NamespaceRwset, RangeQuery, Version } from '@tabellion/proof';
import { toHex } from '@tabellion/proof';
import { hashedSpace, type WorldState } from './world-state.ts';

/** The code that the reads of a transaction give against the state before it. */
export function judgeReads(
  sets: readonly NamespaceRwset[],
  state: WorldState,
): 'VALID' | 'MVCC_READ_CONFLICT' | 'PHANTOM_READ_CONFLICT' {
  for (const set of sets) {
    const isCurrent = (space: string, key: string, read: Version | null) =>
      isSameVersion(state.get(space, key) ?? null, read);
    if (!set.reads.every(({ key, version }) => isCurrent(set.namespace, key, version))) {
      return 'MVCC_READ_CONFLICT';
    }
    if (!set.rangeQueries.every((query) => isUnchanged(set.namespace, query, state))) {
      return 'PHANTOM_READ_CONFLICT';
    }
    for (const { collection, reads } of set.collections) {
      const space = hashedSpace(set.namespace, collection);
      if (!reads.every(({ keyHash, version }) => isCurrent(space, toHex(keyHash), version))) {
        return 'MVCC_READ_CONFLICT';
      }
    }
  }
  return 'VALID';
}

/** Whether the range still yields exactly the keys and versions that were met. */
function isUnchanged(space: string, query: RangeQuery, state: WorldState): boolean {
  // In place of very many keys stands a summary that depends on the peer's settings: not judged here.
  if (query.summary !== null) return true;
  const { startKey, endKey, exhausted } = query;
  const reads = query.reads ?? [];
  let met = 0;
  // A range that was not read to its end gives the last key met as its end.
  for (const { key, ...version } of state.range(space, startKey, endKey, !exhausted)) {
    const read = reads[met];
    if (read === undefined || !isSameRead(read, key, version)) return false;
    met += 1;
  }
  return met === reads.length;
}

const isSameRead = (read: KeyRead, key: string, version: Version): boolean =>
  read.key === key && isSameVersion(version, read.version);

const isSameVersion = (a: Version | null, b: Version | null): boolean =>
  a === null || b === null ? a === b : a.block === b.block && a.transaction === b.transaction;

/** Puts what a valid transaction wrote into the state. */
export function applyWrites(
  sets: readonly NamespaceRwset[],
  state: WorldState,
  version: Version,
): void {
  for (const { namespace, writes, collections } of sets) {
    for (const { key, isDelete, value } of writes) {
      if (isDelete) state.delete(namespace, key);
      else state.put(namespace, key, value, version);
    }
    for (const { collection, writes: hashed } of collections) {
      const space = hashedSpace(namespace, collection);
      for (const { keyHash, isDelete, isPurge, valueHash } of hashed) {
        if (isDelete || isPurge) state.delete(space, toHex(keyHash));
        else state.put(space, toHex(keyHash), valueHash, version);
      }
    }
  }
}

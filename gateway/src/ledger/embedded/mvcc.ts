/**
 * Whether what a transaction read still stands, after the blocks and the valid transactions before
 * it: versions of keys and of hashed keys, and the contents of scanned ranges.
 */
import { equalBytes, type NamespaceRwset, type RangeQuery, utf8 } from '@tabellion/proof';
import { RangeReads } from './range.ts';
import { hashedSpace, publicSpace } from './store/space.ts';
import type { Store } from './store/store.ts';
import type { BlockUpdates } from './updates.ts';
import { isSameVersion, type Version } from './version.ts';

export type ReadConflict = 'MVCC_READ_CONFLICT' | 'PHANTOM_READ_CONFLICT';

export function findReadConflict(
  sets: readonly NamespaceRwset[],
  store: Store,
  updates: BlockUpdates,
): ReadConflict | null {
  const isCurrent = (space: string, key: Uint8Array, version: Version | null) =>
    !updates.has(space, key) && isSameVersion(store.get(space, key)?.version ?? null, version);

  for (const set of sets) {
    const space = publicSpace(set.namespace);
    if (!set.reads.every(({ key, version }) => isCurrent(space, utf8(key), version))) {
      return 'MVCC_READ_CONFLICT';
    }
    if (!set.rangeQueries.every((query) => isRangeUnchanged(space, query, updates))) {
      return 'PHANTOM_READ_CONFLICT';
    }
    for (const { collection, reads } of set.collections) {
      const hashed = hashedSpace(set.namespace, collection);
      if (!reads.every(({ keyHash, version }) => isCurrent(hashed, keyHash, version))) {
        return 'MVCC_READ_CONFLICT';
      }
    }
  }
  return null;
}

function isRangeUnchanged(space: string, query: RangeQuery, updates: BlockUpdates): boolean {
  // A scan that stopped early covers the last key that it saw.
  const rows = updates.scan(space, utf8(query.startKey), utf8(query.endKey), !query.exhausted);
  return query.summary ? isSummarySame(query.summary, rows) : isSequenceSame(query.reads, rows);
}

function isSequenceSame(
  reads: RangeQuery['reads'],
  rows: Iterable<{ key: Uint8Array; version: Version }>,
): boolean {
  const expected = [...(reads ?? [])];
  for (const row of rows) {
    const read = expected.shift();
    if (!read || !equalBytes(utf8(read.key), row.key)) return false;
    if (!isSameVersion(read.version, row.version)) return false;
  }
  return expected.length === 0;
}

function isSummarySame(
  summary: NonNullable<RangeQuery['summary']>,
  rows: Iterable<{ key: Uint8Array; version: Version }>,
): boolean {
  if (summary.maxDegree < 2) return false;
  const reads = new RangeReads(summary.maxDegree);
  for (const { key, version } of rows) reads.add(Buffer.from(key).toString('utf8'), version);
  const now = reads.summarise();
  return (
    now.kind === 'merkle' &&
    now.level === summary.maxLevel &&
    now.hashes.length === summary.hashes.length &&
    now.hashes.every((hash, index) => equalBytes(hash, summary.hashes[index]!))
  );
}

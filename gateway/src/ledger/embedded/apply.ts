/** Turns a valid transaction's writes into changes of state, as Fabric merges values and metadata. */
import { type NamespaceRwset, sha256, toHex, utf8 } from '@tabellion/proof';
import { serialiseMetadata } from './metadata.ts';
import type { PrivateWrite } from './rwset.ts';
import { hashedSpace, privateSpace, publicSpace } from './store/space.ts';
import type { BlockUpdates } from './updates.ts';
import type { Version } from './version.ts';

interface KeyChange {
  readonly space: string;
  readonly key: Uint8Array;
  /** Undefined: the value stays. Null: deleted. */
  value?: Uint8Array | null;
  /** Undefined: the metadata stays. Null: removed. */
  metadata?: Uint8Array | null;
}

/** SHA-256 of nothing: a private write of it is a deletion. */
const EMPTY_HASH = toHex(sha256(new Uint8Array()));

export function applyWrites(
  sets: readonly NamespaceRwset[],
  privateWrites: readonly PrivateWrite[],
  version: Version,
  updates: BlockUpdates,
): void {
  for (const change of collectChanges(sets)) applyChange(change, version, updates);
  for (const write of privateWrites) applyPrivate(write, version, updates);
}

function collectChanges(sets: readonly NamespaceRwset[]): KeyChange[] {
  const changes = new Map<string, KeyChange>();
  const at = (space: string, key: Uint8Array): KeyChange => {
    const id = `${space} ${toHex(key)}`;
    const change = changes.get(id) ?? { space, key };
    changes.set(id, change);
    return change;
  };
  const encode = (entries: NamespaceRwset['metadataWrites'][number]['entries']) =>
    entries.length === 0
      ? null
      : serialiseMetadata(new Map(entries.map(({ name, value }) => [name, value])));

  for (const set of sets) {
    for (const { key, isDelete, value } of set.writes) {
      const isGone = isDelete || value.length === 0;
      at(publicSpace(set.namespace), utf8(key)).value = isGone ? null : value;
    }
    for (const { key, entries } of set.metadataWrites) {
      at(publicSpace(set.namespace), utf8(key)).metadata = encode(entries);
    }
    for (const { collection, writes, metadataWrites } of set.collections) {
      const space = hashedSpace(set.namespace, collection);
      for (const { keyHash, isDelete, valueHash } of writes) {
        const isGone = isDelete || valueHash.length === 0 || toHex(valueHash) === EMPTY_HASH;
        at(space, keyHash).value = isGone ? null : valueHash;
      }
      for (const { keyHash, entries } of metadataWrites) {
        at(space, keyHash).metadata = encode(entries);
      }
    }
  }
  return [...changes.values()];
}

function applyChange(change: KeyChange, version: Version, updates: BlockUpdates): void {
  const { space, key } = change;
  if (change.value === null) {
    updates.set({ space, key, value: null, metadata: null, version });
    return;
  }
  const latest = updates.latest(space, key);
  // Metadata of a key that does not exist is dropped.
  const value = change.value ?? latest?.value;
  if (value === undefined) return;
  const metadata = change.metadata === undefined ? (latest?.metadata ?? null) : change.metadata;
  updates.set({ space, key, value, metadata, version });
}

function applyPrivate(write: PrivateWrite, version: Version, updates: BlockUpdates): void {
  const space = privateSpace(write.namespace, write.collection);
  const key = utf8(write.key);
  const value = write.value === undefined ? updates.latest(space, key)?.value : write.value;
  if (value === undefined) return;
  updates.set({ space, key, value, metadata: null, version });
}

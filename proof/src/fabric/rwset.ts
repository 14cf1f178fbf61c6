/** Read-write sets: what a transaction read, at which version, and what it writes. */
import { FabricError } from './error.ts';
import { type Decode, decodeExact, kvrwset, rwset } from './message.ts';

/** Where a value was written: block number and position in that block. */
export interface Version {
  readonly block: number;
  readonly transaction: number;
}

export interface KeyRead {
  readonly key: string;
  /** Null when the key did not exist. */
  readonly version: Version | null;
}

export interface KeyWrite {
  readonly key: string;
  readonly isDelete: boolean;
  readonly value: Uint8Array;
}

export interface MetadataEntry {
  readonly name: string;
  readonly value: Uint8Array;
}

export interface RangeQuery {
  readonly startKey: string;
  readonly endKey: string;
  readonly exhausted: boolean;
  /** The keys met, or null when only their Merkle summary is kept. */
  readonly reads: readonly KeyRead[] | null;
  readonly summary: {
    readonly maxDegree: number;
    readonly maxLevel: number;
    readonly hashes: readonly Uint8Array[];
  } | null;
}

/** What a transaction did to one private collection; keys and values as SHA-256. */
export interface CollectionRwset {
  readonly collection: string;
  /** SHA-256 of the private read-write set. */
  readonly privateHash: Uint8Array;
  readonly reads: readonly { readonly keyHash: Uint8Array; readonly version: Version | null }[];
  readonly writes: readonly {
    readonly keyHash: Uint8Array;
    readonly isDelete: boolean;
    readonly isPurge: boolean;
    readonly valueHash: Uint8Array;
  }[];
  readonly metadataWrites: readonly {
    readonly keyHash: Uint8Array;
    readonly entries: readonly MetadataEntry[];
  }[];
}

export interface NamespaceRwset {
  readonly namespace: string;
  readonly reads: readonly KeyRead[];
  readonly rangeQueries: readonly RangeQuery[];
  readonly writes: readonly KeyWrite[];
  readonly metadataWrites: readonly {
    readonly key: string;
    readonly entries: readonly MetadataEntry[];
  }[];
  readonly collections: readonly CollectionRwset[];
}

/** Reads `rwset.TxReadWriteSet` bytes. @throws FabricError. */
export function readRwset(bytes: Uint8Array, decode: Decode = decodeExact): NamespaceRwset[] {
  const set = decode(rwset.TxReadWriteSet, bytes, 'read-write set');
  if (set.getDataModel() !== rwset.TxReadWriteSet.DataModel.KV) {
    throw new FabricError('FABRIC_UNSUPPORTED', 'a read-write set that is not key and value');
  }
  return set.getNsRwsetList().map((namespace) => ({
    namespace: namespace.getNamespace(),
    ...readPublic(namespace.getRwset_asU8(), decode),
    collections: namespace.getCollectionHashedRwsetList().map((collection) => ({
      collection: collection.getCollectionName(),
      privateHash: collection.getPvtRwsetHash_asU8(),
      ...readHashed(collection.getHashedRwset_asU8(), decode),
    })),
  }));
}

/** True when nothing is written: no value, no metadata, public or private. */
export function isReadOnly(sets: readonly NamespaceRwset[]): boolean {
  return sets.every(
    (set) =>
      set.writes.length === 0 &&
      set.metadataWrites.length === 0 &&
      set.collections.every(
        (collection) => collection.writes.length === 0 && collection.metadataWrites.length === 0,
      ),
  );
}

function readPublic(
  bytes: Uint8Array,
  decode: Decode,
): Omit<NamespaceRwset, 'namespace' | 'collections'> {
  const set = decode(kvrwset.KVRWSet, bytes, 'namespace read-write set');
  return {
    reads: set.getReadsList().map(readKeyRead),
    rangeQueries: set.getRangeQueriesInfoList().map(readRangeQuery),
    writes: set.getWritesList().map((write) => ({
      key: write.getKey(),
      isDelete: write.getIsDelete(),
      value: write.getValue_asU8(),
    })),
    metadataWrites: set.getMetadataWritesList().map((write) => ({
      key: write.getKey(),
      entries: write.getEntriesList().map(readEntry),
    })),
  };
}

function readHashed(
  bytes: Uint8Array,
  decode: Decode,
): Omit<CollectionRwset, 'collection' | 'privateHash'> {
  const set = decode(kvrwset.HashedRWSet, bytes, 'collection read-write set');
  return {
    reads: set.getHashedReadsList().map((read) => ({
      keyHash: read.getKeyHash_asU8(),
      version: readVersion(read.getVersion()),
    })),
    writes: set.getHashedWritesList().map((write) => ({
      keyHash: write.getKeyHash_asU8(),
      isDelete: write.getIsDelete(),
      isPurge: write.getIsPurge(),
      valueHash: write.getValueHash_asU8(),
    })),
    metadataWrites: set.getMetadataWritesList().map((write) => ({
      keyHash: write.getKeyHash_asU8(),
      entries: write.getEntriesList().map(readEntry),
    })),
  };
}

function readKeyRead(read: InstanceType<typeof kvrwset.KVRead>): KeyRead {
  return { key: read.getKey(), version: readVersion(read.getVersion()) };
}

function readVersion(version: InstanceType<typeof kvrwset.Version> | undefined): Version | null {
  return version ? { block: version.getBlockNum(), transaction: version.getTxNum() } : null;
}

function readEntry(entry: InstanceType<typeof kvrwset.KVMetadataEntry>): MetadataEntry {
  return { name: entry.getName(), value: entry.getValue_asU8() };
}

function readRangeQuery(query: InstanceType<typeof kvrwset.RangeQueryInfo>): RangeQuery {
  const summary = query.getReadsMerkleHashes();
  return {
    startKey: query.getStartKey(),
    endKey: query.getEndKey(),
    exhausted: query.getItrExhausted(),
    reads: query.getRawReads()?.getKvReadsList().map(readKeyRead) ?? null,
    summary: summary
      ? {
          maxDegree: summary.getMaxDegree(),
          maxLevel: summary.getMaxLevel(),
          hashes: summary.getMaxLevelHashesList_asU8(),
        }
      : null,
  };
}

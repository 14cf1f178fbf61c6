/** Fabric's read-write set, built during execution: `ledger.rwset.TxReadWriteSet`. */
import { ledger } from '@hyperledger/fabric-protos';
import { sha256, utf8 } from '@tabellion/proof';
import { sortedByKey } from './key-order.ts';
import type { Version } from './version.ts';

const { kvrwset } = ledger.rwset;
type RangeQueryInfo = ledger.rwset.kvrwset.RangeQueryInfo;
type KVMetadataEntry = ledger.rwset.kvrwset.KVMetadataEntry;

/** Metadata of a key by name; in practice only `VALIDATION_PARAMETER`. */
export type Metadata = ReadonlyMap<string, Uint8Array>;

/** A write of private data in the clear: it goes to the owner's store, never into a block. */
export interface PrivateWrite {
  readonly namespace: string;
  readonly collection: string;
  readonly key: string;
  /** Null deletes; undefined keeps the value and renews its version (metadata alone was written). */
  readonly value: Uint8Array | null | undefined;
}

interface HashedWrite {
  readonly value: Uint8Array | null;
  readonly purge: boolean;
}

interface Collection {
  readonly reads: Map<string, Version | null>;
  readonly writes: Map<string, HashedWrite>;
  readonly metadata: Map<string, Metadata>;
}

interface Namespace {
  readonly reads: Map<string, Version | null>;
  readonly writes: Map<string, Uint8Array | null>;
  readonly metadata: Map<string, Metadata>;
  readonly ranges: Map<string, RangeQueryInfo>;
  readonly collections: Map<string, Collection>;
}

function encodeVersion(version: Version): ledger.rwset.kvrwset.Version {
  const message = new kvrwset.Version();
  message.setBlockNum(version.block);
  message.setTxNum(version.transaction);
  return message;
}

export function encodeRead(key: string, version: Version | null): ledger.rwset.kvrwset.KVRead {
  const message = new kvrwset.KVRead();
  message.setKey(key);
  if (version) message.setVersion(encodeVersion(version));
  return message;
}

export class ReadWriteSet {
  readonly #namespaces = new Map<string, Namespace>();

  read(namespace: string, key: string, version: Version | null): void {
    this.#namespace(namespace).reads.set(key, version);
  }

  /** The last write of a key stands. An empty value is a deletion, as in Fabric. */
  write(namespace: string, key: string, value: Uint8Array | null): void {
    this.#namespace(namespace).writes.set(key, value?.length ? value : null);
  }

  writeMetadata(namespace: string, key: string, metadata: Metadata): void {
    this.#namespace(namespace).metadata.set(key, metadata);
  }

  /** The first of several equal ranges stands. */
  addRange(namespace: string, info: RangeQueryInfo): void {
    const id = JSON.stringify([info.getStartKey(), info.getEndKey(), info.getItrExhausted()]);
    const { ranges } = this.#namespace(namespace);
    if (!ranges.has(id)) ranges.set(id, info);
  }

  readHashed(namespace: string, collection: string, key: string, version: Version | null): void {
    this.#collection(namespace, collection).reads.set(key, version);
  }

  writePrivate(namespace: string, collection: string, key: string, write: HashedWrite): void {
    const value = write.value?.length ? write.value : null;
    this.#collection(namespace, collection).writes.set(key, { value, purge: write.purge });
  }

  writePrivateMetadata(
    namespace: string,
    collection: string,
    key: string,
    metadata: Metadata,
  ): void {
    this.#collection(namespace, collection).metadata.set(key, metadata);
  }

  privateWrites(): PrivateWrite[] {
    return [...this.#namespaces].flatMap(([namespace, { collections }]) =>
      [...collections].flatMap(([collection, { writes, metadata }]) =>
        [...new Set([...writes.keys(), ...metadata.keys()])].map((key) => ({
          namespace,
          collection,
          key,
          value: writes.get(key)?.value,
        })),
      ),
    );
  }

  encode(): Uint8Array {
    const set = new ledger.rwset.TxReadWriteSet();
    set.setDataModel(ledger.rwset.TxReadWriteSet.DataModel.KV);
    set.setNsRwsetList(
      sortedByKey(this.#namespaces).map(([name, namespace]) => encodeNamespace(name, namespace)),
    );
    return set.serializeBinary();
  }

  #namespace(name: string): Namespace {
    let namespace = this.#namespaces.get(name);
    if (!namespace) {
      namespace = {
        reads: new Map(),
        writes: new Map(),
        metadata: new Map(),
        ranges: new Map(),
        collections: new Map(),
      };
      this.#namespaces.set(name, namespace);
    }
    return namespace;
  }

  #collection(namespace: string, name: string): Collection {
    const { collections } = this.#namespace(namespace);
    let collection = collections.get(name);
    if (!collection) {
      collection = { reads: new Map(), writes: new Map(), metadata: new Map() };
      collections.set(name, collection);
    }
    return collection;
  }
}

function encodeNamespace(name: string, namespace: Namespace): ledger.rwset.NsReadWriteSet {
  const set = new kvrwset.KVRWSet();
  set.setReadsList(sortedByKey(namespace.reads).map(([key, version]) => encodeRead(key, version)));
  set.setRangeQueriesInfoList([...namespace.ranges.values()]);
  set.setWritesList(sortedByKey(namespace.writes).map(([key, value]) => encodeWrite(key, value)));
  set.setMetadataWritesList(
    sortedByKey(namespace.metadata).map(([key, metadata]) => {
      const message = new kvrwset.KVMetadataWrite();
      message.setKey(key);
      message.setEntriesList(encodeMetadata(metadata));
      return message;
    }),
  );
  const message = new ledger.rwset.NsReadWriteSet();
  message.setNamespace(name);
  message.setRwset(set.serializeBinary());
  message.setCollectionHashedRwsetList(
    sortedByKey(namespace.collections).map(([id, collection]) => encodeCollection(id, collection)),
  );
  return message;
}

function encodeWrite(key: string, value: Uint8Array | null): ledger.rwset.kvrwset.KVWrite {
  const message = new kvrwset.KVWrite();
  message.setKey(key);
  message.setIsDelete(value === null);
  if (value) message.setValue(value);
  return message;
}

export function encodeMetadata(metadata: Metadata): KVMetadataEntry[] {
  return sortedByKey(metadata).map(([name, value]) => {
    const entry = new kvrwset.KVMetadataEntry();
    entry.setName(name);
    entry.setValue(value);
    return entry;
  });
}

function encodeCollection(
  name: string,
  collection: Collection,
): ledger.rwset.CollectionHashedReadWriteSet {
  const hashed = new kvrwset.HashedRWSet();
  hashed.setHashedReadsList(
    sortedByKey(collection.reads).map(([key, version]) => {
      const message = new kvrwset.KVReadHash();
      message.setKeyHash(sha256(utf8(key)));
      if (version) message.setVersion(encodeVersion(version));
      return message;
    }),
  );
  hashed.setHashedWritesList(
    sortedByKey(collection.writes).map(([key, { value, purge }]) => {
      const message = new kvrwset.KVWriteHash();
      message.setKeyHash(sha256(utf8(key)));
      message.setIsDelete(value === null);
      if (value) message.setValueHash(sha256(value));
      message.setIsPurge(purge);
      return message;
    }),
  );
  hashed.setMetadataWritesList(
    sortedByKey(collection.metadata).map(([key, metadata]) => {
      const message = new kvrwset.KVMetadataWriteHash();
      message.setKeyHash(sha256(utf8(key)));
      message.setEntriesList(encodeMetadata(metadata));
      return message;
    }),
  );
  const message = new ledger.rwset.CollectionHashedReadWriteSet();
  message.setCollectionName(name);
  message.setHashedRwset(hashed.serializeBinary());
  if (collection.writes.size + collection.metadata.size > 0) {
    message.setPvtRwsetHash(sha256(encodePrivate(collection)));
  }
  return message;
}

/** The private set whose hash stands in the public one; a metadata write leaves only its key there. */
function encodePrivate(collection: Collection): Uint8Array {
  const set = new kvrwset.KVRWSet();
  set.setWritesList(
    sortedByKey(collection.writes).map(([key, { value }]) => encodeWrite(key, value)),
  );
  set.setMetadataWritesList(
    sortedByKey(collection.metadata).map(([key]) => {
      const message = new kvrwset.KVMetadataWrite();
      message.setKey(key);
      return message;
    }),
  );
  return set.serializeBinary();
}

/**
 * One execution of a transaction by one member: reads the committed state, writes into a read-write
 * set. A transaction never reads its own writes, and what it read is checked again at commit.
 */
import { sha256, utf8 } from '@tabellion/proof';
import { collectionOwner } from './collection.ts';
import { collectionKeys, LIFECYCLE, sequenceKey } from './definition-keys.ts';
import { parseMetadata } from './metadata.ts';
import { encodeRange, RangeReads } from './range.ts';
import { type Metadata, ReadWriteSet } from './rwset.ts';
import { hashedSpace, privateSpace, publicSpace } from './store/space.ts';
import type { Store } from './store/store.ts';
import type { StoredValue } from './store/stored.ts';
import { isSameVersion, type Version } from './version.ts';

export interface KeyValue {
  readonly key: string;
  readonly value: Uint8Array;
}

export interface KeyIterator {
  next(): KeyValue | null;
}

export interface SimulatorContext {
  readonly store: Store;
  readonly chaincode: string;
  /** MSP ID of the member whose peer executes: it holds its own private data and no other's. */
  readonly peer: string;
  readonly members: ReadonlySet<string>;
}

export class Simulator {
  readonly #context: SimulatorContext;
  readonly #rwset = new ReadWriteSet();
  readonly #scans: (() => void)[] = [];
  #written = false;
  #paged = false;
  #privateQueried = false;
  #closed = false;

  constructor(context: SimulatorContext) {
    this.#context = context;
    this.#readDefinition([sequenceKey(context.chaincode)]);
  }

  getState(key: string): Uint8Array | null {
    return this.#readPublic(key)?.value ?? null;
  }

  getMetadata(key: string): Metadata {
    return parseMetadata(this.#readPublic(key)?.metadata ?? null);
  }

  putState(key: string, value: Uint8Array | null): void {
    this.#assertMayWrite(key);
    this.#rwset.write(this.#context.chaincode, key, value);
  }

  putMetadata(key: string, metadata: Metadata): void {
    this.#assertMayWrite(key);
    this.#rwset.writeMetadata(this.#context.chaincode, key, metadata);
  }

  /** Keys in [start, end) by byte order. */
  scan(start: string, end: string): KeyIterator {
    this.#assertOpen();
    const { chaincode, store } = this.#context;
    const rows = store.scan(publicSpace(chaincode), utf8(start), utf8(end));
    const reads = new RangeReads();
    let last = '';
    let exhausted = false;
    this.#scans.push(() => {
      const seen = { start, end: exhausted ? end : last, exhausted };
      this.#rwset.addRange(chaincode, encodeRange({ ...seen, summary: reads.summarise() }));
    });
    return {
      next: () => {
        this.#assertOpen();
        const row = rows.next();
        if (row.done) {
          exhausted = true;
          return null;
        }
        last = decodeKey(row.value.key);
        reads.add(last, row.value.version);
        return { key: last, value: row.value.value };
      },
    };
  }

  /** A page of {@link scan}, and the key at which the next one starts. Only without any write. */
  scanPage(start: string, end: string, size: number): { iterator: KeyIterator; next(): string } {
    if (this.#written) throw new Error('a paginated query is for transactions that write nothing');
    this.#paged = true;
    const { store, chaincode } = this.#context;
    const iterator = this.scan(start, end);
    let last: string | null = null;
    let count = 0;
    return {
      iterator: {
        next() {
          const item = count < size ? iterator.next() : null;
          if (item) {
            last = item.key;
            count += 1;
          }
          return item;
        },
      },
      next() {
        if (last === null || count < size) return '';
        const rows = store.scan(publicSpace(chaincode), utf8(last), utf8(end));
        rows.next();
        const following = rows.next();
        return following.done ? '' : decodeKey(following.value.key);
      },
    };
  }

  getPrivate(collection: string, key: string): Uint8Array | null {
    this.#assertCollection(collection);
    const hashed = this.#hashed(collection, key);
    const value = this.#isOwn(collection)
      ? this.#context.store.get(privateSpace(this.#context.chaincode, collection), utf8(key))
      : null;
    if (!isSameVersion(hashed?.version ?? null, value?.version ?? null)) {
      throw new Error('private data matching public hash version is not available');
    }
    this.#readHashed(collection, key, hashed?.version ?? null);
    return value?.value ?? null;
  }

  /** SHA-256 of a private value; every member may ask. */
  getPrivateHash(collection: string, key: string): Uint8Array | null {
    this.#assertCollection(collection);
    const hashed = this.#hashed(collection, key);
    this.#readHashed(collection, key, hashed?.version ?? null);
    return hashed?.value ?? null;
  }

  getPrivateMetadata(collection: string, key: string): Metadata {
    this.#assertCollection(collection);
    const hashed = this.#hashed(collection, key);
    this.#readHashed(collection, key, hashed?.version ?? null);
    return parseMetadata(hashed?.metadata ?? null);
  }

  putPrivate(
    collection: string,
    key: string,
    write: { value: Uint8Array | null; purge: boolean },
  ): void {
    this.#assertCollection(collection);
    this.#assertMayWrite(key);
    this.#rwset.writePrivate(this.#context.chaincode, collection, key, write);
  }

  putPrivateMetadata(collection: string, key: string, metadata: Metadata): void {
    this.#assertCollection(collection);
    this.#assertMayWrite(key);
    this.#rwset.writePrivateMetadata(this.#context.chaincode, collection, key, metadata);
  }

  /** Leaves nothing in the read-write set, so only a transaction that writes nothing may do it. */
  scanPrivate(collection: string, start: string, end: string): KeyIterator {
    this.#assertCollection(collection);
    if (this.#written) throw new Error('a private query is for transactions that write nothing');
    this.#privateQueried = true;
    if (!this.#isOwn(collection)) return { next: () => null };
    const space = privateSpace(this.#context.chaincode, collection);
    const rows = this.#context.store.scan(space, utf8(start), utf8(end));
    return {
      next: () => {
        this.#assertOpen();
        const row = rows.next();
        return row.done ? null : { key: decodeKey(row.value.key), value: row.value.value };
      },
    };
  }

  /** Ends the execution. Whatever the contract still tries afterwards fails. */
  finish(): ReadWriteSet {
    this.#assertOpen();
    for (const record of this.#scans) record();
    this.close();
    return this.#rwset;
  }

  close(): void {
    this.#closed = true;
  }

  #readPublic(key: string): StoredValue | null {
    this.#assertOpen();
    assertKey(key);
    const { chaincode, store } = this.#context;
    const stored = store.get(publicSpace(chaincode), utf8(key));
    this.#rwset.read(chaincode, key, stored?.version ?? null);
    return stored;
  }

  #hashed(collection: string, key: string): StoredValue | null {
    assertKey(key);
    const space = hashedSpace(this.#context.chaincode, collection);
    return this.#context.store.get(space, sha256(utf8(key)));
  }

  #readHashed(collection: string, key: string, version: Version | null): void {
    this.#rwset.readHashed(this.#context.chaincode, collection, key, version);
  }

  #isOwn(collection: string): boolean {
    return collectionOwner(collection) === this.#context.peer;
  }

  /** A peer looks collections up in the chaincode's definition, and that look-up is a read. */
  #assertCollection(collection: string): void {
    this.#assertOpen();
    const owner = collectionOwner(collection);
    this.#readDefinition(collectionKeys(this.#context.chaincode));
    if (owner === null || !this.#context.members.has(owner)) {
      throw new Error(`collection ${collection} is not defined`);
    }
  }

  #readDefinition(keys: readonly string[]): void {
    for (const key of keys) {
      const stored = this.#context.store.get(publicSpace(LIFECYCLE), utf8(key));
      this.#rwset.read(LIFECYCLE, key, stored?.version ?? null);
    }
  }

  #assertMayWrite(key: string): void {
    this.#assertOpen();
    assertKey(key);
    if (this.#paged) throw new Error('no write after a paginated query');
    if (this.#privateQueried) throw new Error('no write after a query on private data');
    this.#written = true;
  }

  #assertOpen(): void {
    if (this.#closed) throw new Error('the transaction has ended');
  }
}

function assertKey(key: string): void {
  if (typeof key !== 'string') throw new Error('a key is a string');
  if (!key.isWellFormed()) throw new Error('a key holds a lone surrogate');
}

function decodeKey(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('utf8');
}

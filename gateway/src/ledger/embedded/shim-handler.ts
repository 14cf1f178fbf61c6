/**
 * Answers the requests that fabric-shim's stub sends to its peer, from a simulator. What LevelDB on
 * Fabric cannot do (rich queries) and what Tabellion does not have (other chaincodes) fails here too.
 */
import { createRequire } from 'node:module';
import { peer } from '@hyperledger/fabric-protos';
import { type HistoryEntry, QuerySessions } from './query-session.ts';
import type { Simulator } from './simulator.ts';

const require = createRequire(import.meta.url);
type IteratorClass = new (
  handler: ShimHandler,
  channel: string,
  txId: string,
  response: peer.QueryResponse,
) => object;
const iterators: { StateQueryIterator: IteratorClass; HistoryQueryIterator: IteratorClass } =
  require('fabric-shim/lib/iterators.js');

const EMPTY = Buffer.alloc(0);

/** Most results that one query may return (`ledger.state.totalQueryLimit`). */
const TOTAL_QUERY_LIMIT = 100_000;

export class ShimHandler {
  readonly #simulator: Simulator;
  readonly #readHistory: (key: string) => readonly HistoryEntry[];
  readonly #sessions = new QuerySessions();

  constructor(simulator: Simulator, readHistory: (key: string) => readonly HistoryEntry[]) {
    this.#simulator = simulator;
    this.#readHistory = readHistory;
  }

  async handleGetState(collection: string, key: string): Promise<Buffer> {
    const value = collection
      ? this.#simulator.getPrivate(collection, key)
      : this.#simulator.getState(key);
    return value ? Buffer.from(value) : EMPTY;
  }

  async handlePutState(collection: string, key: string, value: Uint8Array): Promise<Buffer> {
    const copy = Uint8Array.from(value);
    if (collection) this.#simulator.putPrivate(collection, key, { value: copy, purge: false });
    else this.#simulator.putState(key, copy);
    return EMPTY;
  }

  async handleDeleteState(collection: string, key: string): Promise<Buffer> {
    if (collection) this.#simulator.putPrivate(collection, key, { value: null, purge: false });
    else this.#simulator.putState(key, null);
    return EMPTY;
  }

  async handlePurgeState(collection: string, key: string): Promise<Buffer> {
    this.#simulator.putPrivate(collection, key, { value: null, purge: true });
    return EMPTY;
  }

  async handleGetPrivateDataHash(collection: string, key: string): Promise<Buffer> {
    const hash = this.#simulator.getPrivateHash(collection, key);
    return hash ? Buffer.from(hash) : EMPTY;
  }

  async handlePutStateMetadata(
    collection: string,
    key: string,
    name: string,
    value: Uint8Array | null,
  ): Promise<Buffer> {
    const metadata = new Map([[name, Uint8Array.from(value ?? EMPTY)]]);
    if (collection) this.#simulator.putPrivateMetadata(collection, key, metadata);
    else this.#simulator.putMetadata(key, metadata);
    return EMPTY;
  }

  async handleGetStateMetadata(
    collection: string,
    key: string,
  ): Promise<Record<string, Uint8Array>> {
    const metadata = collection
      ? this.#simulator.getPrivateMetadata(collection, key)
      : this.#simulator.getMetadata(key);
    return Object.fromEntries([...metadata].map(([name, value]) => [name, Buffer.from(value)]));
  }

  async handleGetStateByRange(
    collection: string,
    start: string,
    end: string,
    channel: string,
    txId: string,
    page?: Uint8Array,
  ): Promise<{ iterator: object; metadata?: { bookmark: string; fetchedRecordsCount: number } }> {
    if (!page?.length || collection) {
      const source = collection
        ? this.#simulator.scanPrivate(collection, start, end)
        : this.#simulator.scan(start, end);
      const response = this.#sessions.open(source, TOTAL_QUERY_LIMIT);
      return { iterator: new iterators.StateQueryIterator(this, channel, txId, response) };
    }
    const request = peer.QueryMetadata.deserializeBinary(page);
    const size = Math.min(request.getPagesize(), TOTAL_QUERY_LIMIT);
    const scan = this.#simulator.scanPage(request.getBookmark() || start, end, size);
    const response = this.#sessions.openPage(scan.iterator);
    return {
      iterator: new iterators.StateQueryIterator(this, channel, txId, response),
      metadata: {
        bookmark: scan.next(),
        fetchedRecordsCount: response.getResultsList().length,
      },
    };
  }

  async handleQueryStateNext(id: string): Promise<peer.QueryResponse> {
    return this.#sessions.next(id);
  }

  async handleQueryStateClose(id: string): Promise<peer.QueryResponse> {
    return this.#sessions.close(id);
  }

  async handleGetHistoryForKey(key: string, channel: string, txId: string): Promise<object> {
    const response = this.#sessions.history(this.#readHistory(key));
    return new iterators.HistoryQueryIterator(this, channel, txId, response);
  }

  async handleGetQueryResult(): Promise<never> {
    throw new Error('ExecuteQuery not supported for leveldb');
  }

  async handleInvokeChaincode(): Promise<never> {
    throw new Error('no other chaincode is defined on this channel');
  }
}

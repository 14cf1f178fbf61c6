/**
 * Batches of query results as a peer sends them to a chaincode. The batch size matters beyond speed:
 * a peer reads ahead, and what it read stands in the read-write set.
 */
import { ledger, peer } from '@hyperledger/fabric-protos';
import timestampPb from 'google-protobuf/google/protobuf/timestamp_pb.js';
import type { KeyIterator, KeyValue } from './simulator.ts';
import type { Version } from './version.ts';

const BATCH = 100;

export interface HistoryEntry {
  readonly txId: string;
  readonly value: Uint8Array;
  readonly isDelete: boolean;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly version: Version;
}

interface Session {
  readonly source: KeyIterator;
  /** Read ahead, not yet sent. */
  pending: KeyValue[];
  remaining: number;
}

export class QuerySessions {
  readonly #sessions = new Map<string, Session>();
  #opened = 0;

  open(source: KeyIterator, limit: number): peer.QueryResponse {
    const id = this.#nextId();
    this.#sessions.set(id, { source, pending: [], remaining: limit });
    return this.next(id);
  }

  openPage(source: KeyIterator): peer.QueryResponse {
    const results: KeyValue[] = [];
    for (let item = source.next(); item; item = source.next()) results.push(item);
    return encodeResponse(this.#nextId(), results.map(encodeKeyValue), false);
  }

  next(id: string): peer.QueryResponse {
    const session = this.#sessions.get(id);
    if (!session) throw new Error('query iterator not found');
    while (session.remaining > 0) {
      const item = session.source.next();
      if (!item) break;
      session.remaining -= 1;
      if (session.pending.length === BATCH) {
        const batch = session.pending;
        session.pending = [item];
        return encodeResponse(id, batch.map(encodeKeyValue), true);
      }
      session.pending.push(item);
    }
    this.#sessions.delete(id);
    return encodeResponse(id, session.pending.map(encodeKeyValue), false);
  }

  history(entries: readonly HistoryEntry[]): peer.QueryResponse {
    return encodeResponse(this.#nextId(), entries.map(encodeHistory), false);
  }

  close(id: string): peer.QueryResponse {
    this.#sessions.delete(id);
    return encodeResponse(id, [], false);
  }

  #nextId(): string {
    this.#opened += 1;
    return String(this.#opened);
  }
}

function encodeResponse(id: string, results: Uint8Array[], hasMore: boolean): peer.QueryResponse {
  const response = new peer.QueryResponse();
  response.setId(id);
  response.setHasMore(hasMore);
  response.setResultsList(
    results.map((bytes) => {
      const result = new peer.QueryResultBytes();
      result.setResultbytes(bytes);
      return result;
    }),
  );
  return response;
}

function encodeKeyValue({ key, value }: KeyValue): Uint8Array {
  const message = new ledger.queryresult.KV();
  message.setKey(key);
  message.setValue(value);
  return message.serializeBinary();
}

function encodeHistory(entry: HistoryEntry): Uint8Array {
  const timestamp = new timestampPb.Timestamp();
  timestamp.setSeconds(Math.floor(entry.at / 1000));
  timestamp.setNanos((entry.at % 1000) * 1_000_000);
  const message = new ledger.queryresult.KeyModification();
  message.setTxId(entry.txId);
  message.setValue(entry.value);
  message.setIsDelete(entry.isDelete);
  message.setTimestamp(timestamp);
  return message.serializeBinary();
}

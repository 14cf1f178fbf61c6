/** What the stores of the ledger exchange: values with their versions, and what a block changes. */
import type { Version } from '../version.ts';

export interface StoredValue {
  readonly value: Uint8Array;
  /** Encoded key metadata; null when there is none. */
  readonly metadata: Uint8Array | null;
  readonly version: Version;
}

/** A change of one key in one space; a null value deletes. */
export interface StateChange {
  readonly space: string;
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
  readonly metadata: Uint8Array | null;
  readonly version: Version;
}

export interface StoredTransaction {
  readonly txId: string;
  readonly position: number;
  /** `peer.TxValidationCode`. */
  readonly code: number;
}

/** Everything that follows from a block. */
export interface BlockChanges {
  readonly transactions: readonly StoredTransaction[];
  readonly changes: readonly StateChange[];
  readonly history: readonly { space: string; key: Uint8Array; version: Version }[];
}

export interface BlockWrite extends BlockChanges {
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** Committed values, as executions and validation read them. */
export interface StateReader {
  get(space: string, key: Uint8Array): StoredValue | null;
  /** Keys in [start, end) in byte order; an empty end means to the end of the space. */
  scan(
    space: string,
    start: Uint8Array,
    end: Uint8Array,
    includeEnd?: boolean,
  ): Generator<{ key: Uint8Array } & StoredValue>;
}

/**
 * What a range scan leaves in the read-write set: the versions that it saw, or, beyond 50 results, the
 * top level of a hash tree over them, in Fabric's shape (degree 50).
 */
import { ledger } from '@hyperledger/fabric-protos';
import { sha256 } from '@tabellion/proof';
import { encodeRead } from './rwset.ts';
import type { Version } from './version.ts';

const { kvrwset } = ledger.rwset;
type KVRead = ledger.rwset.kvrwset.KVRead;

const MAX_DEGREE = 50;

export type RangeSummary =
  | { readonly kind: 'raw'; readonly reads: readonly KVRead[] }
  | { readonly kind: 'merkle'; readonly level: number; readonly hashes: readonly Uint8Array[] };

export class RangeReads {
  readonly #degree: number;
  #pending: KVRead[] = [];
  /** Hashes by level; level 1 hashes groups of reads, level n+1 groups of level n. */
  readonly #levels = new Map<number, Uint8Array[]>();
  #top = 1;

  constructor(degree: number = MAX_DEGREE) {
    this.#degree = degree;
  }

  add(key: string, version: Version): void {
    this.#pending.push(encodeRead(key, version));
    if (this.#pending.length > this.#degree) this.#hashPending();
  }

  summarise(): RangeSummary {
    if (this.#levels.size === 0) return { kind: 'raw', reads: this.#pending };
    if (this.#pending.length > 0) this.#hashPending();
    for (let level = 1; level < this.#top; level += 1) this.#lift(level);
    if (this.#at(this.#top).length > this.#degree) this.#lift(this.#top);
    return { kind: 'merkle', level: this.#top, hashes: this.#at(this.#top) };
  }

  #hashPending(): void {
    const group = new kvrwset.QueryReads();
    group.setKvReadsList(this.#pending);
    this.#pending = [];
    this.#push(1, sha256(group.serializeBinary()));
    for (let level = 1; this.#at(level).length > this.#degree; level += 1) this.#lift(level);
  }

  /** Replaces the hashes of a level by one of the next; a single hash is carried up as it is. */
  #lift(level: number): void {
    const hashes = this.#at(level);
    if (hashes.length === 0) return;
    this.#levels.delete(level);
    this.#push(level + 1, hashes.length === 1 ? hashes[0]! : sha256(Buffer.concat(hashes)));
  }

  #push(level: number, hash: Uint8Array): void {
    this.#levels.set(level, [...this.#at(level), hash]);
    this.#top = Math.max(this.#top, level);
  }

  #at(level: number): Uint8Array[] {
    return this.#levels.get(level) ?? [];
  }
}

export function encodeRange(range: {
  readonly start: string;
  /** The end that was asked for, or the last key seen when the scan stopped early. */
  readonly end: string;
  readonly exhausted: boolean;
  readonly summary: RangeSummary;
}): ledger.rwset.kvrwset.RangeQueryInfo {
  const info = new kvrwset.RangeQueryInfo();
  info.setStartKey(range.start);
  info.setEndKey(range.end);
  info.setItrExhausted(range.exhausted);
  if (range.summary.kind === 'merkle') {
    const merkle = new kvrwset.QueryReadsMerkleSummary();
    merkle.setMaxDegree(MAX_DEGREE);
    merkle.setMaxLevel(range.summary.level);
    merkle.setMaxLevelHashesList([...range.summary.hashes]);
    info.setReadsMerkleHashes(merkle);
  } else if (range.summary.reads.length > 0) {
    const raw = new kvrwset.QueryReads();
    raw.setKvReadsList([...range.summary.reads]);
    info.setRawReads(raw);
  }
  return info;
}

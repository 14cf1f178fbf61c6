/**
 * Values of endorsed private writes, until their transaction commits. They live in memory only: after
 * a restart the ledger refuses such a transaction, and the person endorses it again.
 */
import { type NamespaceRwset, sha256, toHex, utf8 } from '@tabellion/proof';
import type { PrivateWrite } from './rwset.ts';

const MAX_TRANSACTIONS = 20_000;

export class TransientStore {
  readonly #writes = new Map<string, readonly PrivateWrite[]>();

  put(txId: string, writes: readonly PrivateWrite[]): void {
    if (writes.length === 0) return;
    this.#writes.delete(txId);
    this.#writes.set(txId, writes);
    if (this.#writes.size > MAX_TRANSACTIONS) {
      const [oldest] = this.#writes.keys();
      this.#writes.delete(oldest!);
    }
  }

  get(txId: string): readonly PrivateWrite[] {
    return this.#writes.get(txId) ?? [];
  }

  delete(txId: string): void {
    this.#writes.delete(txId);
  }

  /** Whether every hashed write of a transaction has its value here. */
  covers(txId: string, sets: readonly NamespaceRwset[]): boolean {
    const held = new Set(
      this.get(txId).map(({ namespace, collection, key, value }) =>
        [namespace, collection, toHex(sha256(utf8(key))), value ? toHex(sha256(value)) : ''].join(),
      ),
    );
    return sets.every(({ namespace, collections }) =>
      collections.every(({ collection, writes }) =>
        writes.every(({ keyHash, valueHash }) =>
          held.has([namespace, collection, toHex(keyHash), toHex(valueHash)].join()),
        ),
      ),
    );
  }
}

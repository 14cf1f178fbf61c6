/**
 * What one gateway has submitted and does not know committed. A transaction that has read what one of
 * these overwrites would be ordered, found void and stay on the ledger for ever. So it waits for the other
 * one's fate, which comes no later than its own would: where that is valid, this one is not submitted.
 */
import { readTransaction, type Version } from '@tabellion/proof';
import { LedgerError } from './port.ts';

interface Overwriting {
  readonly txId: string;
  /** The version that it read and overwrites. */
  readonly version: string;
  /** Whether it became valid, once that is known or no longer waited for. */
  readonly ended: Promise<boolean>;
}

export type End = (isValid: boolean) => void;

export class InFlight {
  readonly #overwriting = new Map<string, Overwriting>();

  /**
   * Notes a transaction that is about to be submitted, until what is returned is called.
   * @param payload `common.Payload` bytes.
   * @throws LedgerError `OVERTAKEN`.
   */
  async begin(payload: Uint8Array): Promise<End> {
    const { txId, rwset } = readTransaction(payload);
    const versions = new Map(
      rwset.flatMap(({ namespace, reads }) =>
        reads.map(({ key, version }) => [nameKey(namespace, key), nameVersion(version)] as const),
      ),
    );
    for (let other = this.#findOther(txId, versions); other !== undefined; ) {
      if (await other.ended) {
        throw new LedgerError('OVERTAKEN', 'another act on the same record came first', { txId });
      }
      other = this.#findOther(txId, versions);
    }
    const { promise: ended, resolve } = Promise.withResolvers<boolean>();
    const own: string[] = [];
    for (const name of rwset.flatMap(({ namespace, writes }) =>
      writes.map(({ key }) => nameKey(namespace, key)),
    )) {
      const version = versions.get(name);
      if (version === undefined) continue;
      own.push(name);
      this.#overwriting.set(name, { txId, version, ended });
    }
    return (isValid) => {
      for (const name of own) {
        if (this.#overwriting.get(name)?.txId === txId) this.#overwriting.delete(name);
      }
      resolve(isValid);
    };
  }

  /** An act under way that overwrites, in that very version, what was read. */
  #findOther(txId: string, versions: ReadonlyMap<string, string>): Overwriting | undefined {
    for (const [name, version] of versions) {
      const other = this.#overwriting.get(name);
      if (other !== undefined && other.txId !== txId && other.version === version) return other;
    }
    return undefined;
  }
}

const nameKey = (namespace: string, key: string) => `${namespace}\0${key}`;
const nameVersion = (version: Version | null) =>
  version === null ? 'none' : `${version.block}.${version.transaction}`;

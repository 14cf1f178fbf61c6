/**
 * What one gateway has submitted and does not know committed. A transaction that has read what one of
 * these overwrites would be ordered, found void and stay on the ledger for ever. So it waits for the other
 * one's fate, which comes no later than its own would: where that is valid, this one is not submitted.
 */
import { readTransaction, type Version } from '@tabellion/proof';
import type { IsEndorsed } from './endorsed.ts';
import { LedgerError, type WaitOptions } from './port.ts';

interface Overwriting {
  readonly txId: string;
  /** Whether it became valid, once that is known or no longer waited for. */
  readonly ended: Promise<boolean>;
}

export type End = (isValid: boolean) => void;

export class InFlight {
  /** By key and version: what has read an older one was endorsed in good order, and hides no current one. */
  readonly #overwriting = new Map<string, Overwriting>();
  readonly #isEndorsed: IsEndorsed;

  /** Nobody waits for what `isEndorsed` denies: its reads and writes may be made up. */
  constructor(isEndorsed: IsEndorsed) {
    this.#isEndorsed = isEndorsed;
  }

  /**
   * Notes a transaction that is about to be submitted, until what is returned is called.
   * @param payload `common.Payload` bytes.
   * @throws LedgerError `OVERTAKEN`; `HELD_UP` where the signal ends the wait.
   */
  async begin(payload: Uint8Array, { signal }: WaitOptions = {}): Promise<End> {
    const transaction = readTransaction(payload);
    const { txId, rwset } = transaction;
    const isEndorsed = await this.#isEndorsed(transaction);
    const read = new Map(
      rwset.flatMap(({ namespace, reads }) =>
        reads.map(({ key, version }) => {
          const name = nameKey(namespace, key);
          return [name, nameVersion(name, version)] as const;
        }),
      ),
    );
    for (let other = this.#findOther(txId, read.values()); other !== undefined; ) {
      if (await endOf(other, txId, signal)) {
        throw new LedgerError('OVERTAKEN', 'another act on the same record came first', { txId });
      }
      other = this.#findOther(txId, read.values());
    }
    if (!isEndorsed) return () => undefined;
    const { promise: ended, resolve } = Promise.withResolvers<boolean>();
    const own: string[] = [];
    for (const name of rwset.flatMap(({ namespace, writes }) =>
      writes.map(({ key }) => nameKey(namespace, key)),
    )) {
      const version = read.get(name);
      if (version === undefined) continue;
      own.push(version);
      this.#overwriting.set(version, { txId, ended });
    }
    return (isValid) => {
      for (const version of own) {
        if (this.#overwriting.get(version)?.txId === txId) this.#overwriting.delete(version);
      }
      resolve(isValid);
    };
  }

  /** An act under way that overwrites, in that very version, what was read. */
  #findOther(txId: string, versions: Iterable<string>): Overwriting | undefined {
    for (const version of versions) {
      const other = this.#overwriting.get(version);
      if (other !== undefined && other.txId !== txId) return other;
    }
    return undefined;
  }
}

async function endOf(
  { ended }: Overwriting,
  txId: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (!signal) return ended;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () =>
    reject(new LedgerError('HELD_UP', 'an act before this one has no fate yet', { txId }));
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([ended, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

const nameKey = (namespace: string, key: string) => `${namespace}\0${key}`;
const nameVersion = (name: string, version: Version | null) =>
  `${name}\0${version === null ? 'none' : `${version.block}.${version.transaction}`}`;

/**
 * Keeps a transaction from being handed to ordering again while it may be on its way: Raft itself would
 * order it again and again. What a node accepted can be lost with the node's memory, though: so after a
 * while one that no block holds may be submitted once more.
 */
import { Recent } from '../../gateway/src/ledger/fabric/recent.ts';
import { LedgerError } from '../../gateway/src/ledger/port.ts';

const REMEMBERED = 10_000;
/** Longer than ordering takes where nothing fails, and shorter than clients wait to submit again. */
const UNDER_WAY_MS = 4000;

export class Submissions {
  /** Endorsed here, and so not committed at that time. */
  readonly #expected = new Recent(REMEMBERED);
  readonly #sending = new Set<string>();
  /** When ordering took it. */
  readonly #sent = new Map<string, number>();
  readonly #now: () => number;

  /** @param now milliseconds of any clock that only goes forward */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  expect(txId: string): void {
    this.#expected.add(txId);
  }

  has(txId: string): boolean {
    return this.#sending.has(txId) || this.#sent.has(txId);
  }

  /**
   * @param isCommitted is asked unless the transaction can only be new
   * @throws LedgerError `DUPLICATE_TRANSACTION` where it may be under way, or was committed.
   */
  async run(
    txId: string,
    isCommitted: () => Promise<boolean>,
    submit: () => Promise<void>,
  ): Promise<void> {
    const sentAt = this.#sent.get(txId);
    const isUnderWay = sentAt !== undefined && this.#now() - sentAt < UNDER_WAY_MS;
    if (isUnderWay || this.#sending.has(txId)) throw duplicate(txId);
    const isNew = sentAt === undefined && this.#expected.has(txId);
    this.#sending.add(txId);
    try {
      if (!isNew && (await isCommitted())) throw duplicate(txId);
      await submit();
      this.#remember(txId);
    } finally {
      this.#sending.delete(txId);
    }
  }

  #remember(txId: string): void {
    this.#sent.set(txId, this.#now());
    if (this.#sent.size > REMEMBERED) this.#sent.delete(this.#sent.keys().next().value!);
  }
}

const duplicate = (txId: string) =>
  new LedgerError('DUPLICATE_TRANSACTION', 'it was submitted before', { txId });

/** Each transaction is handed to ordering once: Raft itself would order it again and again. */
import { Recent } from '../../gateway/src/ledger/fabric/recent.ts';
import { LedgerError } from '../../gateway/src/ledger/port.ts';

const REMEMBERED = 10_000;

export class Submissions {
  /** Endorsed here, and so not committed at that time. */
  readonly #expected = new Recent(REMEMBERED);
  /** Taken by ordering, or on the way there. */
  readonly #sent = new Recent(REMEMBERED);

  expect(txId: string): void {
    this.#expected.add(txId);
  }

  has(txId: string): boolean {
    return this.#sent.has(txId);
  }

  /** @throws LedgerError `DUPLICATE_TRANSACTION` where it was submitted or committed before. */
  async run(
    txId: string,
    isCommitted: () => Promise<boolean>,
    submit: () => Promise<void>,
  ): Promise<void> {
    if (!this.#sent.add(txId)) throw duplicate(txId);
    try {
      if (!this.#expected.has(txId) && (await isCommitted())) throw duplicate(txId);
      await submit();
    } catch (error) {
      // What was refused, or is not known to be on its way, may be submitted again.
      this.#sent.forget(txId);
      throw error;
    }
  }
}

const duplicate = (txId: string) =>
  new LedgerError('DUPLICATE_TRANSACTION', 'it was submitted before', { txId });

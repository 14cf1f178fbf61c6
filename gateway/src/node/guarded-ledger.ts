/** A ledger as its gateway uses it: nothing is signed by a wrong clock, or submitted while a copy is taken. */
import type { LedgerPort } from '../ledger/port.ts';

export interface GuardedLedger {
  /** The same ledger; `submit` waits while it is held. */
  readonly ledger: LedgerPort;
  /** Nothing new is submitted until the work has ended. */
  hold<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * `assertClock` throws while the clock is not to be believed.
 *
 * Whoever keeps on disk what it submits writes it down before. While nothing is submitted, such files
 * and the ledger can thus be copied one after the other: what one of them has begun, the other either
 * has or can still be given, once.
 */
export function guardLedger(ledger: LedgerPort, assertClock: () => void): GuardedLedger {
  let open: Promise<unknown> = Promise.resolve();
  return {
    ledger: {
      kind: ledger.kind,
      channel: ledger.channel,
      chaincode: ledger.chaincode,
      prepare: async (request) => {
        assertClock();
        return ledger.prepare(request);
      },
      endorse: (proposal, options) => ledger.endorse(proposal, options),
      submit: async (payload) => {
        await open;
        return ledger.submit(payload);
      },
      status: (txId, options) => ledger.status(txId, options),
      evaluate: (proposal) => ledger.evaluate(proposal),
      attest: (proposal, options) => ledger.attest(proposal, options),
      blocks: (from, options) => ledger.blocks(from, options),
      events: (from, options) => ledger.events(from, options),
      height: () => ledger.height(),
      close: () => ledger.close(),
    },
    hold(work) {
      const done = open.then(work);
      open = done.catch(() => undefined);
      return done;
    },
  };
}

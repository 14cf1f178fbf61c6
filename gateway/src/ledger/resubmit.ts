/**
 * Submissions that are not let go of. Ordering nodes keep what they have accepted in memory until it is
 * ordered, and a peer may go before it has passed a transaction on: a signed transaction can be lost
 * without a word. Submitted again it is the same transaction, which is committed once at most.
 */
import type { ActPort } from './act.ts';
import { LedgerError, type Signed } from './port.ts';

/** Longer than ordering takes when a leading node has failed, as a rule. */
const EVERY_MS = 5000;

/** For one act: while the status of what was submitted is not known, submits it again. */
export function resubmitting(port: ActPort, everyMs = EVERY_MS): ActPort {
  let submitted: Signed | undefined;
  return {
    prepare: (request) => port.prepare(request),
    endorse: (proposal, options) => port.endorse(proposal, options),
    submit: (payload) => {
      submitted = payload;
      return port.submit(payload);
    },
    status: async (txId, { signal } = {}) => {
      for (;;) {
        const turn = AbortSignal.timeout(everyMs);
        const either = signal ? AbortSignal.any([signal, turn]) : turn;
        try {
          return await port.status(txId, { signal: either });
        } catch (error) {
          const isLate = error instanceof LedgerError && error.code === 'UNKNOWN' && turn.aborted;
          if (!isLate || signal?.aborted) throw error;
        }
        // Who has it still refuses it, which says nothing of its fate.
        if (submitted) await port.submit(submitted).catch(() => undefined);
      }
    },
  };
}

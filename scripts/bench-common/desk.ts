/** A gateway through which people act at once: what waits there is not submitted in vain. */
import {
  type ActPort,
  type ActRequest,
  performAct,
  type Signer,
} from '../../gateway/src/ledger/act.ts';
import { createEndorsementCheck } from '../../gateway/src/ledger/endorsed.ts';
import { type End, InFlight } from '../../gateway/src/ledger/in-flight.ts';
import { LedgerError } from '../../gateway/src/ledger/port.ts';
import type { EvidenceConsortium } from '../../test/support/evidence-consortium.ts';

/** What came of transactions that were given to the ordering service. */
export interface Submissions {
  valid: number;
  invalid: number;
}

export interface Desk {
  readonly consortium: EvidenceConsortium;
  readonly inFlight: InFlight;
  readonly submissions: Submissions;
}

export const openDesk = (consortium: EvidenceConsortium): Desk => ({
  consortium,
  inFlight: new InFlight(createEndorsementCheck({ ...consortium, now: Date.now })),
  submissions: { valid: 0, invalid: 0 },
});

/** False if somebody else took the next step first. */
export async function actAtDesk(
  { consortium: { ledger }, inFlight, submissions }: Desk,
  signer: Signer,
  request: ActRequest,
): Promise<boolean> {
  let end: End = () => {};
  let isValid = false;
  // As the gateway's routes submit what people signed.
  const port: ActPort = {
    prepare: (asked) => ledger.prepare(asked),
    endorse: (proposal, options) => ledger.endorse(proposal, options),
    submit: async (payload) => {
      end = await inFlight.begin(payload.bytes);
      await ledger.submit(payload);
    },
    status: (txId, options) => ledger.status(txId, options),
  };
  try {
    const { status } = await performAct(port, signer, request, () => undefined);
    isValid = status.code === 'VALID';
    if (isValid) submissions.valid += 1;
    else submissions.invalid += 1;
    return isValid;
  } catch (error) {
    if (isRefused(error)) return false;
    throw error;
  } finally {
    end(isValid);
  }
}

/** Before anything was submitted. */
const isRefused = (error: unknown): boolean =>
  error instanceof LedgerError &&
  (error.contractCode === 'CHAIN_CONFLICT' || error.code === 'OVERTAKEN');

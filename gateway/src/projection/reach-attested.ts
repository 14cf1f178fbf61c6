/** A proof joins what the members attest with what the gateway has read: it waits until it has read so far. */
import { readEnvelope } from '@tabellion/proof';
import { EvidenceError } from '../evidence/error.ts';
import type { Projection } from './projection.ts';

/** How long the projection has to reach the block that the members attested, milliseconds. */
const CATCH_UP_MS = 10_000;

export const attestationPending = () =>
  new EvidenceError('ATTESTATION_PENDING', 'the gateway has not read the ledger so far');

/** @throws EvidenceError `ATTESTATION_PENDING`. */
export async function reachAttested(
  projection: Pick<Projection, 'waitForHeight'>,
  attestation: Uint8Array,
  key: string,
): Promise<void> {
  const reads = readEnvelope(attestation).rwset.flatMap((set) => set.reads);
  const read = reads.find((one) => one.key === key);
  const height = (read?.version?.block ?? 0) + 1;
  const reached = await projection.waitForHeight(height, AbortSignal.timeout(CATCH_UP_MS));
  if (!reached) throw attestationPending();
}

/**
 * The form of an attestation: endorsements in ascending order of MSP ID and no signature of the
 * creator's, so that there is one encoding of one attestation.
 */
import { isReadOnly, readTransaction } from '@tabellion/proof';
import { LedgerError } from '../port.ts';
import { cutProposal, encodeEnvelope, encodeTransaction } from '../transaction.ts';

/**
 * `common.Envelope` bytes with an empty signature, from a proposal and its endorsed payload.
 * @throws LedgerError `ENDORSEMENT_FAILED` when it would write.
 */
export function encodeAttestation(proposal: Uint8Array, payload: Uint8Array): Uint8Array {
  const { responsePayloadBytes, endorsements, rwset, txId } = readTransaction(payload);
  if (!isReadOnly(rwset)) {
    throw new LedgerError('ENDORSEMENT_FAILED', 'only a read is attested', { txId });
  }
  const ordered = endorsements
    .toSorted((a, b) => (a.endorser.mspId < b.endorser.mspId ? -1 : 1))
    .map(({ endorser, signature }) => ({ endorser: endorser.bytes, signature }));
  const transaction = encodeTransaction(cutProposal(proposal), responsePayloadBytes, ordered);
  return encodeEnvelope(transaction, new Uint8Array());
}

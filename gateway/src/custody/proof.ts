/** Puts together the proof of an item's chain of custody as it stands now. */
import { itemHeadKey } from '@tabellion/chaincode/custody/key';
import { itemHeadRecord } from '@tabellion/chaincode/custody/record';
import {
  canonicalBytes,
  encodeCustodyBundle,
  parseCanonical,
  readEnvelope,
  verify,
} from '@tabellion/proof';
import { EvidenceError } from '../evidence/error.ts';
import { attestKey } from '../evidence/ledger-reader.ts';
import type { GatewayDeps } from '../http/deps.ts';
import { attestationPending, reachAttested } from '../projection/reach-attested.ts';
import type { ItemLives } from './item-life.ts';

export type ProofDeps = Pick<
  GatewayDeps,
  'ledger' | 'serviceSigners' | 'operator' | 'projection' | 'trust' | 'now'
>;

/**
 * The bundle's bytes, without the item's commitment, which stays off the gateway's answers: whoever has
 * it can add it.
 * @throws LedgerError; EvidenceError `ATTESTATION_PENDING`, `PROOF_INVALID`.
 */
export async function assembleCustodyProof(
  { ledger, serviceSigners, operator, projection, trust, now }: ProofDeps,
  lives: ItemLives,
  item: string,
): Promise<Uint8Array> {
  const key = itemHeadKey(item);
  const attestation = await attestKey(ledger, serviceSigners.get(operator)!, key);
  const { response } = readEnvelope(attestation);
  const head = itemHeadRecord.parse(parseCanonical(response.payload));
  await reachAttested(projection, attestation, key);
  const opening = lives.findOpening(item);
  if (!opening) throw attestationPending();
  const bundle = encodeCustodyBundle({
    opening: canonicalBytes(opening.record),
    // Steps that came after the attested head stand in the projection already.
    steps: lives
      .listSteps(item, { limit: head.sequence })
      .items.map(({ record }) => canonicalBytes(record)),
    head: response.payload,
    attestation,
  });
  const verdict = verify(bundle, await trust(), { now: now() });
  if (verdict.outcome !== 'INTACT') {
    throw new EvidenceError('PROOF_INVALID', `the proof would not verify: ${verdict.code}`);
  }
  return bundle;
}

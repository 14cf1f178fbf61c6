/**
 * Endorsers execute the contract, and so they see the place that a covert measure seals: no member of a
 * jurisdiction that the place touches should be among them (CNS-5).
 */

import type { Location } from '@tabellion/chaincode/evidence/record';
import { listPlaces } from '@tabellion/chaincode/evidence/rules';
import { type Trust, thresholdOf } from '@tabellion/proof';
import { chooseMembers } from './fabric/members.ts';
import { LedgerError } from './port.ts';

/**
 * MSP IDs of as many members as must endorse, the own one first. An UNKNOWN place keeps nobody out.
 * @throws LedgerError `ENDORSEMENT_FAILED` where there are too few others: better no act than one that
 * tells whom it was to be kept from.
 */
export function chooseUntouched(
  own: string,
  location: Location,
  trust: Pick<Trust, 'members' | 'endorsementThreshold' | 'definitions'>,
): readonly string[] {
  // A suspended member's endorsement counts for nothing, and it need not see what is sealed.
  const inForce = trust.definitions.at(-1)?.members;
  const members = trust.members.filter(({ mspId }) => inForce?.includes(mspId) ?? true);
  const threshold = thresholdOf(trust);
  const places = new Set(listPlaces(location));
  const touched = members.filter(({ mspId, jurisdiction }) => {
    return mspId !== own && places.has(jurisdiction);
  });
  const away = new Set(touched.map(({ mspId }) => mspId));
  const chosen = chooseMembers(members, { threshold, own, away });
  if (chosen) return chosen;
  const text = 'too few members can endorse that the sealed place does not touch';
  throw new LedgerError('ENDORSEMENT_FAILED', text);
}

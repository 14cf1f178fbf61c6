/**
 * Endorsers execute the contract, and so they see the contents of an order that are handed over privately:
 * the parties, in whose collections they come to rest, and as few others as the threshold lets (O-1).
 */
import { type Trust, thresholdOf } from '@tabellion/proof';
import { chooseMembers } from './fabric/members.ts';
import { LedgerError } from './port.ts';

/**
 * MSP IDs of the parties, the own one first, and of others only where the parties are too few.
 * @throws LedgerError `ENDORSEMENT_FAILED` where a party does not endorse, or too few do.
 */
export function choosePartyEndorsers(
  own: string,
  parties: readonly string[],
  trust: Pick<Trust, 'members' | 'endorsementThreshold' | 'definitions'>,
): readonly string[] {
  const inForce = trust.definitions.at(-1)?.members;
  const members = trust.members.filter(({ mspId }) => inForce?.includes(mspId) ?? true);
  const named = new Set([own, ...parties]);
  const [first, others] = [
    members.filter(({ mspId }) => named.has(mspId)),
    members.filter(({ mspId }) => !named.has(mspId)),
  ];
  if (first.length < named.size) {
    throw new LedgerError('ENDORSEMENT_FAILED', 'a party of the order is no member that endorses');
  }
  const threshold = Math.max(thresholdOf(trust), named.size);
  const chosen = chooseMembers([...first, ...others], { threshold, own });
  if (chosen && [...named].every((mspId) => chosen.includes(mspId))) return chosen;
  throw new LedgerError('ENDORSEMENT_FAILED', 'too few members can endorse with the parties');
}

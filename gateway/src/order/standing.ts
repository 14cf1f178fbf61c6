/** What of an order the lists look up. */
import type { Governed } from '@tabellion/chaincode/kernel/schema';
import { referenceKey } from '@tabellion/chaincode/member/key';
import type { ReferenceRecord } from '@tabellion/chaincode/member/record';
import { membersOf } from '@tabellion/chaincode/order/entitlement';
import type { OrderProfile } from '@tabellion/chaincode/order/profile';
import type { OrderRecord } from '@tabellion/chaincode/order/record';
import { PARTIES, type Party } from '@tabellion/chaincode/order/vocabulary';
import type { Records } from '../projection/records.ts';

/** The edition under which an order was issued; there is one, for the order stands. */
export function findProfile(records: Records, { id, version }: Governed): OrderProfile {
  const { entry } = records.find<ReferenceRecord>(
    referenceKey('orderProfile', id, version),
  )!.record;
  return entry.body as OrderProfile;
}

/** As {@link findProfile}; each edition is read once, for a page whose orders share them. */
export function openProfiles(records: Records): (edition: Governed) => OrderProfile {
  const known = new Map<string, OrderProfile>();
  return (edition) => {
    const name = `${edition.id}@${edition.version}`;
    const profile = known.get(name) ?? findProfile(records, edition);
    known.set(name, profile);
    return profile;
  };
}

/** Undefined of a member that is no party. */
export function sideOf(order: OrderRecord, member: string): Party | undefined {
  const members = membersOf(order);
  return PARTIES.find((side) => members[side] === member);
}

/** Whether a commitment is the one that an item was opened with. */
import type { ItemRecord } from '@tabellion/chaincode/custody/record';
import { itemId, leafHash } from '@tabellion/proof';

/** Held to the name itself, which binds member and leaf: whoever showed the record cannot mislead. */
export const isNamedBy = (
  { item, act: { member } }: Pick<ItemRecord, 'item' | 'act'>,
  commitment: Uint8Array,
): boolean => itemId(member, leafHash(commitment)) === item;

/** What an item with custody records of its own is called on the ledger. */
import { concatBytes, toHex, utf8 } from '../bytes/encoding.ts';
import { sha256 } from '../crypto/provider.ts';
import { assertHash } from '../merkle/path.ts';

/** Leaves and nodes of the tree have 0 and 1: a name can be taken for neither. */
const NAME_PREFIX = 2;
const MAX_MEMBER_BYTES = 255;

/**
 * SHA-256(0x02 ‖ length ‖ member ‖ leaf), hex: the member's MSP ID in UTF-8 after its length in one byte.
 * The member is the one that opened, registered or derived the item. With it in the name no other member
 * can take it, whatever it knows of the commitment.
 * @param leaf leaf hash of the item's commitment.
 * @throws RangeError for a member of no byte or of more than 255, MerkleError `MERKLE_HASH`.
 */
export function itemId(member: string, leaf: Uint8Array): string {
  const name = utf8(member);
  if (name.length === 0 || name.length > MAX_MEMBER_BYTES) {
    throw new RangeError(`a member has 1 to ${MAX_MEMBER_BYTES} bytes`);
  }
  assertHash(leaf);
  return toHex(sha256(concatBytes(Uint8Array.of(NAME_PREFIX, name.length), name, leaf)));
}

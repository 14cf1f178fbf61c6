/** What `disclosure open` saves, as it lies in a directory: fixed names, none of them the evidence's. */
import { join } from 'node:path';

export const savedPaths = (directory: string) => ({
  /** Attested read of the grant: `common.Envelope` bytes. */
  grant: join(directory, 'grant.pb'),
  /** Leaf hashes of all items shown, ascending, a line each. */
  set: join(directory, 'set.txt'),
  /** Bundle of the item at that position of the set. */
  proof: (position: number) => join(directory, 'proofs', `${position}.proof.json`),
  proofs: join(directory, 'proofs'),
});

/** Finds the items of a set in the manifests that the member has anchored for the acquisition. */
import type { BatchRecord } from '@tabellion/chaincode/evidence/record';
import { toHex } from '@tabellion/proof';
import { verifyManifest } from '../evidence/manifest.ts';
import type { Manifests } from '../http/deps.ts';
import { Problem } from '../http/problem.ts';
import type { SetItem } from './set-file.ts';

type Anchored = Pick<BatchRecord, 'manifest' | 'root' | 'size'>;

/**
 * The items in the order of `leaves`. Each manifest is read whole and held to its batch: what is shown to
 * somebody must be provable to them.
 * @throws Problem `SET_ITEM_UNKNOWN` for a leaf that no batch of the acquisition holds.
 */
export async function findItems(
  manifests: Pick<Manifests, 'open'>,
  member: string,
  batches: Iterable<Anchored>,
  leaves: readonly Uint8Array[],
): Promise<SetItem[]> {
  const wanted = new Map(leaves.map((leaf) => [toHex(leaf), leaf]));
  const found = new Map<string, SetItem>();
  for (const { manifest, root, size } of batches) {
    if (found.size === wanted.size) break;
    let index = 0;
    const chunks = await manifests.open(member, manifest);
    await verifyManifest(chunks, { digest: manifest, root, size }, ({ leaf, offset }) => {
      const name = toHex(leaf);
      const asked = wanted.get(name);
      // The same commitment may have been anchored twice; the first will do.
      if (asked !== undefined && !found.has(name)) {
        found.set(name, { leaf: asked, manifest, index, offset });
      }
      index += 1;
    });
  }
  return leaves.map((leaf, position) => {
    const item = found.get(toHex(leaf));
    if (item === undefined) {
      throw new Problem('SET_ITEM_UNKNOWN', `line ${position + 1}: not in this acquisition`);
    }
    return item;
  });
}

/** Building the tree of a batch. Verifying a path needs only `path.ts`. */
import { MerkleTree } from 'merkletreejs';
import { concatBytes } from '../bytes/encoding.ts';
import { sha256 } from '../crypto/provider.ts';
import { MerkleError } from './error.ts';
import { assertHash, NODE_PREFIX } from './path.ts';

export interface BatchTree {
  readonly root: Uint8Array;
  /** Sibling hashes of leaf `index`, leaf to root. @throws MerkleError `MERKLE_INDEX`. */
  path(index: number): Uint8Array[];
}

/**
 * The RFC 6962 tree over leaf hashes (from `leafHash`, in order). merkletreejs promotes a lone last
 * node as the RFC does; fed with hashed leaves and a prefixing node hash it gives the RFC's roots.
 * Paths are read from its layers: its `getProof` searches the leaves.
 * @throws MerkleError `MERKLE_SIZE` for no leaves, `MERKLE_HASH` for a leaf of another length.
 */
export function buildTree(leafHashes: readonly Uint8Array[]): BatchTree {
  if (leafHashes.length === 0) throw new MerkleError('MERKLE_SIZE', 'a tree has a leaf');
  for (const hash of leafHashes) assertHash(hash);
  const tree = new MerkleTree([...leafHashes], sha256, {
    concatenator: ([left, right]) =>
      concatBytes(NODE_PREFIX, left!, right!) as unknown as Buffer<ArrayBuffer>,
  });
  const layers: readonly Uint8Array[][] = tree.getLayers();
  return {
    root: plain(layers.at(-1)![0]!),
    path(index) {
      if (!Number.isSafeInteger(index) || index < 0 || index >= leafHashes.length) {
        throw new MerkleError('MERKLE_INDEX', 'index outside the tree');
      }
      const hashes: Uint8Array[] = [];
      let position = index;
      for (const layer of layers) {
        const sibling = layer[position ^ 1];
        if (sibling) hashes.push(plain(sibling));
        position >>>= 1;
      }
      return hashes;
    },
  };
}

/** merkletreejs hands out Buffers; the portable interface has plain arrays only. */
function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer);
}

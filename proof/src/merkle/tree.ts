/** Building the tree of a batch. Verifying a path needs only `path.ts`. */
import { MerkleError } from './error.ts';
import { assertHash, HASH_LENGTH, nodeHash } from './path.ts';

export interface BatchTree {
  readonly root: Uint8Array;
  /** Sibling hashes of leaf `index`, leaf to root. @throws MerkleError `MERKLE_INDEX`. */
  path(index: number): Uint8Array[];
}

/**
 * The RFC 6962 tree over leaf hashes (from `leafHash`, in order). Level by level, a lone last node
 * moves up unhashed: that is the RFC's split at the largest power of two. Each level is one array of
 * bytes, for a batch has up to 65,536 leaves and is built while somebody waits.
 * @throws MerkleError `MERKLE_SIZE` for no leaves, `MERKLE_HASH` for a leaf of another length.
 */
export function buildTree(leafHashes: readonly Uint8Array[]): BatchTree {
  const size = leafHashes.length;
  if (size === 0) throw new MerkleError('MERKLE_SIZE', 'a tree has a leaf');
  const levels = [joinHashes(leafHashes)];
  for (let level = levels[0]!; level.length > HASH_LENGTH; level = levels.at(-1)!) {
    levels.push(hashPairs(level));
  }
  return {
    root: hashAt(levels.at(-1)!, 0),
    path(index) {
      if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
        throw new MerkleError('MERKLE_INDEX', 'index outside the tree');
      }
      return levels
        .map((level, height) => hashAt(level, Math.floor(index / 2 ** height) ^ 1))
        .filter((sibling) => sibling.length > 0);
    },
  };
}

function joinHashes(hashes: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(hashes.length * HASH_LENGTH);
  hashes.forEach((hash, index) => {
    assertHash(hash);
    joined.set(hash, index * HASH_LENGTH);
  });
  return joined;
}

/** The level above. */
function hashPairs(level: Uint8Array): Uint8Array {
  const count = level.length / HASH_LENGTH;
  const above = new Uint8Array(Math.ceil(count / 2) * HASH_LENGTH);
  for (let at = 0; at < count; at += 2) {
    const left = level.subarray(at * HASH_LENGTH, (at + 1) * HASH_LENGTH);
    const right = level.subarray((at + 1) * HASH_LENGTH, (at + 2) * HASH_LENGTH);
    above.set(right.length === 0 ? left : nodeHash(left, right), (at / 2) * HASH_LENGTH);
  }
  return above;
}

/** A copy of one hash; empty beyond the last. */
function hashAt(level: Uint8Array, index: number): Uint8Array {
  return level.slice(index * HASH_LENGTH, (index + 1) * HASH_LENGTH);
}

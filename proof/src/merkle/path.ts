/**
 * RFC 6962, section 2.1: leaves and inner nodes are hashed with different prefixes, so that no inner
 * node can pass as a leaf, and a lone last node moves up unhashed, so that no two lists share a root.
 */
import { concatBytes } from '../bytes/encoding.ts';
import { sha256 } from '../crypto/provider.ts';
import { MerkleError } from './error.ts';

export const HASH_LENGTH = 32;
const LEAF_PREFIX = Uint8Array.of(0);
const NODE_PREFIX = 1;

// Where prefix and bytes stand side by side while they are hashed: arrays of their own would cost more
// than the hashes.
const leafInput = new Uint8Array(4096);
const nodeInput = new Uint8Array(1 + 2 * HASH_LENGTH).fill(NODE_PREFIX, 0, 1);

/** SHA-256(0x00 ‖ bytes). */
export function leafHash(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.length >= leafInput.length) return sha256(concatBytes(LEAF_PREFIX, bytes));
  leafInput.set(bytes, 1);
  return sha256(leafInput.subarray(0, 1 + bytes.length));
}

/** SHA-256(0x01 ‖ left ‖ right), of two hashes. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  assertHash(left);
  assertHash(right);
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + HASH_LENGTH);
  return sha256(nodeInput);
}

/**
 * Number of sibling hashes that prove leaf `index` (from 0) of `size` leaves.
 * @throws MerkleError `MERKLE_SIZE`, `MERKLE_INDEX`.
 */
export function pathLength(index: number, size: number): number {
  return siblingSides(index, size).length;
}

export interface InclusionPath {
  /** The leaf's hash, from {@link leafHash}. */
  readonly leaf: Uint8Array;
  /** Position of the leaf, from 0. */
  readonly index: number;
  /** Number of leaves. */
  readonly size: number;
  /** Sibling hashes from leaf to root. */
  readonly hashes: readonly Uint8Array[];
}

/**
 * The root that a path leads to; whether it is the anchored one is for the caller to compare.
 * @throws MerkleError `MERKLE_PATH_LENGTH` unless the length is the one that index and size demand;
 * `MERKLE_SIZE`, `MERKLE_INDEX`, `MERKLE_HASH`.
 */
export function rootFromPath(path: InclusionPath): Uint8Array {
  const sides = siblingSides(path.index, path.size);
  if (sides.length !== path.hashes.length) {
    throw new MerkleError('MERKLE_PATH_LENGTH', 'index and size demand a path of another length');
  }
  let hash = path.leaf;
  assertHash(hash);
  path.hashes.forEach((sibling, level) => {
    assertHash(sibling);
    hash = sides[level] === 'left' ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
  });
  return hash;
}

/** On which side the sibling stands at each level that has one, leaf to root. */
function siblingSides(index: number, size: number): ('left' | 'right')[] {
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new MerkleError('MERKLE_SIZE', 'a tree has at least one leaf');
  }
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
    throw new MerkleError('MERKLE_INDEX', 'index outside the tree');
  }
  const sides: ('left' | 'right')[] = [];
  let position = index;
  for (let last = size - 1; last > 0; last = Math.floor(last / 2)) {
    if (position % 2 === 1) sides.push('left');
    else if (position < last) sides.push('right');
    position = Math.floor(position / 2);
  }
  return sides;
}

export function assertHash(hash: Uint8Array): void {
  if (hash.length !== HASH_LENGTH) throw new MerkleError('MERKLE_HASH', 'a hash has 32 bytes');
}

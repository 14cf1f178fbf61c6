/**
 * A disclosure set: the leaf hashes of the items that somebody was shown, ascending, under one root
 * (RFC 6962). The root stands on the ledger, so that it can be shown later of any item that it was in the
 * set, or that it was not.
 */
import { compareBytes, equalBytes } from '../bytes/encoding.ts';
import { MerkleError } from '../merkle/error.ts';
import { assertHash, rootFromPath } from '../merkle/path.ts';
import { type BatchTree, buildTree } from '../merkle/tree.ts';

/** Most items in a set. */
export const MAX_SET_ITEMS = 262_144;

/** What a grant on the ledger says of its set. */
export interface SetFacts {
  readonly root: Uint8Array;
  readonly size: number;
}

/** One item of the set and its path to the root. */
export interface SetPlace {
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly hashes: readonly Uint8Array[];
}

export type SetProof =
  | { readonly kind: 'MEMBER'; readonly place: SetPlace }
  /** The two neighbours between which it would stand; null before the first and after the last. */
  | { readonly kind: 'ABSENT'; readonly left: SetPlace | null; readonly right: SetPlace | null };

export interface DisclosureSet extends SetFacts {
  readonly leaves: readonly Uint8Array[];
  /** Position of a leaf, from 0; undefined if it is not in the set. @throws MerkleError `MERKLE_HASH`. */
  find(leaf: Uint8Array): number | undefined;
  place(index: number): SetPlace;
  /** Shows of any leaf hash that it is in the set or that it is not. @throws MerkleError `MERKLE_HASH`. */
  prove(leaf: Uint8Array): SetProof;
}

/**
 * @throws MerkleError `MERKLE_ORDER` unless the leaves ascend, each once; `MERKLE_SIZE` for none or more
 * than {@link MAX_SET_ITEMS}; `MERKLE_HASH`.
 */
export function buildSet(leaves: readonly Uint8Array[]): DisclosureSet {
  if (leaves.length > MAX_SET_ITEMS) throw new MerkleError('MERKLE_SIZE', 'more than a set holds');
  const disorder = leaves.some((leaf, at) => at > 0 && compareBytes(leaves[at - 1]!, leaf) >= 0);
  if (disorder) throw new MerkleError('MERKLE_ORDER', 'the leaves do not ascend, each once');
  const tree: BatchTree = buildTree(leaves);
  const size = leaves.length;
  const place = (index: number): SetPlace => ({
    leaf: leaves[index]!,
    index,
    hashes: tree.path(index),
  });
  return {
    root: tree.root,
    size,
    leaves,
    place,
    find: (leaf) => {
      assertHash(leaf);
      const index = rankOf(leaves, leaf);
      return index < size && equalBytes(leaves[index]!, leaf) ? index : undefined;
    },
    prove: (leaf) => {
      assertHash(leaf);
      const index = rankOf(leaves, leaf);
      if (index < size && equalBytes(leaves[index]!, leaf)) {
        return { kind: 'MEMBER', place: place(index) };
      }
      return {
        kind: 'ABSENT',
        left: index === 0 ? null : place(index - 1),
        right: index === size ? null : place(index),
      };
    },
  };
}

/**
 * Whether the proof shows that the leaf is in the set, or that it is not; undefined where it shows
 * neither, which says nothing of the set. Absence rests on the set's order: whoever granted it bound
 * itself to an ascending list, and with the whole list at hand {@link buildSet} holds it to that.
 * @throws MerkleError `MERKLE_HASH` for a leaf asked about that is no hash: of it nothing can be shown.
 */
export function checkSetProof(
  leaf: Uint8Array,
  proof: SetProof,
  set: SetFacts,
): SetProof['kind'] | undefined {
  assertHash(leaf);
  try {
    const holds =
      proof.kind === 'MEMBER' ? isMember(leaf, proof.place, set) : isAbsent(leaf, proof, set);
    return holds ? proof.kind : undefined;
  } catch (error) {
    if (error instanceof MerkleError) return undefined;
    throw error;
  }
}

const isMember = (leaf: Uint8Array, place: SetPlace, set: SetFacts): boolean =>
  equalBytes(place.leaf, leaf) && stands(place, set);

function isAbsent(
  leaf: Uint8Array,
  { left, right }: SetProof & { kind: 'ABSENT' },
  set: SetFacts,
): boolean {
  const before = left === null ? -1 : left.index;
  const after = right === null ? set.size : right.index;
  if (set.size < 1 || after !== before + 1) return false;
  if (left !== null && !(compareBytes(left.leaf, leaf) < 0 && stands(left, set))) return false;
  return right === null || (compareBytes(leaf, right.leaf) < 0 && stands(right, set));
}

const stands = ({ leaf, index, hashes }: SetPlace, { root, size }: SetFacts): boolean =>
  equalBytes(rootFromPath({ leaf, index, size, hashes }), root);

/** How many leaves lie before it. */
function rankOf(leaves: readonly Uint8Array[], leaf: Uint8Array): number {
  let low = 0;
  let high = leaves.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (compareBytes(leaves[middle]!, leaf) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

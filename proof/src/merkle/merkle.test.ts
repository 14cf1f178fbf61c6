import fc from 'fast-check';
import { MerkleTree } from 'merkletreejs';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex, utf8 } from '../bytes/encoding.ts';
import { installCrypto, portableCrypto, sha256 } from '../crypto/provider.ts';
import { nodeCrypto } from '../node.ts';
import { leafHash, nodeHash, pathLength, rootFromPath } from './path.ts';
import { buildTree } from './tree.ts';

const leaves = (count: number) =>
  Array.from({ length: count }, (_, index) => leafHash(utf8(`item ${index}`)));
const refused = (code: string) => expect.objectContaining({ name: 'MerkleError', code });

/** RFC 6962, section 2.1, word for word: split at the largest power of two below the size. */
function recursiveRoot(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 1) return hashes[0]!;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return nodeHash(recursiveRoot(hashes.slice(0, split)), recursiveRoot(hashes.slice(split)));
}

describe('the tree', () => {
  it('has the roots of the Certificate Transparency test vectors', () => {
    // Inputs and roots of the reference implementation's tests (google/certificate-transparency).
    const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657'];
    const roots = [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
      '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
      'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    ];
    roots.forEach((root, index) => {
      const hashes = inputs.slice(0, index + 1).map((input) => leafHash(fromHex(input)));
      expect(toHex(buildTree(hashes).root)).toBe(root);
    });
  });

  it('has RFC 6962 roots, and a path for every leaf, for 1 to 70 leaves', () => {
    for (let size = 1; size <= 70; size += 1) {
      const hashes = leaves(size);
      const tree = buildTree(hashes);
      expect(tree.root).toEqual(recursiveRoot(hashes));
      hashes.forEach((leaf, index) => {
        const path = tree.path(index);
        expect(path.length).toBe(pathLength(index, size));
        expect(rootFromPath({ leaf, index, size, hashes: path })).toEqual(tree.root);
      });
    }
  });

  it('hashes leaves of any length', () => {
    for (const length of [0, 1, 4094, 4095, 4096, 4097, 20_000]) {
      const bytes = new Uint8Array(length).fill(7);
      expect(leafHash(bytes)).toEqual(sha256(concatBytes(Uint8Array.of(0), bytes)));
    }
  });

  it('is the one that merkletreejs builds, of any size', () => {
    const pool = leaves(3000);
    const sizes = fc.oneof(
      fc.nat({ max: pool.length - 1 }),
      fc.constantFrom(0, 1, 1023, 1024, 2047),
    );
    fc.assert(
      fc.property(sizes, fc.nat(), (below, drawn) => {
        const size = below + 1;
        const index = drawn % size;
        const hashes = pool.slice(0, size);
        // Fed with hashed leaves and a prefixing node hash it promotes a lone last node as the RFC does.
        const reference = new MerkleTree(hashes, sha256, {
          concatenator: ([left, right]) =>
            concatBytes(Uint8Array.of(1), left!, right!) as unknown as Buffer<ArrayBuffer>,
        });
        const layers: readonly Uint8Array[][] = reference.getLayers();
        const siblings = layers.map((layer, height) => layer[Math.floor(index / 2 ** height) ^ 1]);
        const tree = buildTree(hashes);
        expect(toHex(tree.root)).toBe(toHex(layers.at(-1)![0]!));
        expect(tree.path(index).map(toHex)).toEqual(
          siblings.filter((sibling) => sibling !== undefined).map(toHex),
        );
      }),
    );
  });

  it('is the same with either implementation of SHA-256', () => {
    const hashes = leaves(33);
    installCrypto(portableCrypto);
    const portable = buildTree(hashes).root;
    installCrypto(nodeCrypto);
    expect(buildTree(hashes).root).toEqual(portable);
  });

  it('refuses no leaves, leaves that are no hashes, and a leaf outside', () => {
    expect(() => buildTree([])).toThrow(refused('MERKLE_SIZE'));
    expect(() => buildTree([utf8('not hashed')])).toThrow(refused('MERKLE_HASH'));
    expect(() => buildTree(leaves(3)).path(3)).toThrow(refused('MERKLE_INDEX'));
  });
});

describe('a path', () => {
  const size = 7;
  const hashes = leaves(size);
  const tree = buildTree(hashes);

  it('does not prove an inner node as a leaf', () => {
    // Without prefixes the node over leaves 0 and 1 would be a leaf of the tree one level up.
    const inner = nodeHash(hashes[0]!, hashes[1]!);
    const forged = leafHash(new Uint8Array([...hashes[0]!, ...hashes[1]!]));
    expect(forged).not.toEqual(inner);
    const short = { leaf: inner, index: 0, hashes: tree.path(0).slice(1) };
    expect(() => rootFromPath({ ...short, size })).toThrow(refused('MERKLE_PATH_LENGTH'));
  });

  it('does not give a list and the list with its last leaf doubled one root', () => {
    expect(buildTree([...hashes, hashes[6]!]).root).not.toEqual(tree.root);
  });

  // A wrong size can lead to the same root (leaf 6 of 7 and leaf 3 of 4 have one path): the batch
  // record binds the size, and the verifier compares it.
  it('leads elsewhere with another index or sibling', () => {
    for (let index = 0; index < size; index += 1) {
      for (let other = 0; other < size; other += 1) {
        const altered = { leaf: hashes[index]!, index: other, size, hashes: tree.path(index) };
        if (altered.hashes.length !== pathLength(other, size)) {
          expect(() => rootFromPath(altered)).toThrow(refused('MERKLE_PATH_LENGTH'));
        } else {
          expect(toHex(rootFromPath(altered)) === toHex(tree.root)).toBe(index === other);
        }
      }
      const swapped = tree.path(index).reverse();
      const root = rootFromPath({ leaf: hashes[index]!, index, size, hashes: swapped });
      expect(root).not.toEqual(tree.root);
    }
  });

  it.each([
    [0, 0, 'MERKLE_SIZE'],
    [1, 1, 'MERKLE_INDEX'],
    [-1, 1, 'MERKLE_INDEX'],
    [0.5, 2, 'MERKLE_INDEX'],
    [0, 1.5, 'MERKLE_SIZE'],
  ])('refuses index %d of %d', (index, count, code) => {
    expect(() => pathLength(index, count)).toThrow(refused(code));
  });
});

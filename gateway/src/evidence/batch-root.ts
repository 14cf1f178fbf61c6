/** The root over leaves that come one by one: a whole tree of 65,536 leaves would lie in memory otherwise. */
import { nodeHash } from '@tabellion/proof';

/**
 * RFC 6962's tree, of which nothing is kept but the roots of its complete subtrees, at most one of each
 * height. `buildTree` gives the same root.
 */
export class BatchRoot {
  /** By height; only those stand for something whose bit is set in the size. */
  readonly #subtrees: Uint8Array[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(leaf: Uint8Array): void {
    let root = leaf;
    let height = 0;
    for (; this.#holds(height); height += 1) root = nodeHash(this.#subtrees[height]!, root);
    this.#subtrees[height] = root;
    this.#size += 1;
  }

  /** Undefined without a leaf. */
  get root(): Uint8Array | undefined {
    let root: Uint8Array | undefined;
    for (const [height, subtree] of this.#subtrees.entries()) {
      if (!this.#holds(height)) continue;
      root = root === undefined ? subtree : nodeHash(subtree, root);
    }
    return root;
  }

  #holds(height: number): boolean {
    return Math.floor(this.#size / 2 ** height) % 2 === 1;
  }
}

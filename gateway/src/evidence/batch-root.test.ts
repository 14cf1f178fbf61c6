import '@tabellion/proof/node';
import { buildTree, leafHash, utf8 } from '@tabellion/proof';
import { expect, it } from 'vitest';
import { BatchRoot } from './batch-root.ts';

it('is the root of the tree over the same leaves, at every size', () => {
  const root = new BatchRoot();
  const leaves: Uint8Array[] = [];
  expect(root.root).toBeUndefined();
  for (let size = 1; size <= 300; size += 1) {
    const leaf = leafHash(utf8(`item ${size}`));
    leaves.push(leaf);
    root.add(leaf);
    expect(root.size).toBe(size);
    expect(root.root).toEqual(buildTree(leaves).root);
  }
});

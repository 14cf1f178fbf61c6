/** The list of what was shown, as `disclosure open` saves it, held to the grant. */
import {
  buildSet,
  buildTree,
  type DisclosureSet,
  equalBytes,
  fromHex,
  MAX_SET_ITEMS,
  MerkleError,
  type SetFacts,
} from '@tabellion/proof';
import { readSmallFile } from '../document.ts';
import type { SetVerdict } from './set-verdict.ts';

export type CheckedSet =
  | { readonly set: DisclosureSet; readonly code?: undefined }
  | { readonly set?: undefined; readonly code: SetVerdict };

/** Reads the whole list: only it shows that the granted one ascends. */
export async function checkSavedSet(path: string, granted: SetFacts): Promise<CheckedSet> {
  const leaves = readLeaves(await readSmallFile(path, 65 * MAX_SET_ITEMS));
  if (leaves === undefined) return { code: 'SET_MALFORMED' };
  if (leaves.length !== granted.size) return { code: 'SET_SIZE_MISMATCH' };
  const isGranted = (root: Uint8Array) => equalBytes(root, granted.root);
  try {
    const set = buildSet(leaves);
    return isGranted(set.root) ? { set } : { code: 'SET_ROOT_MISMATCH' };
  } catch (error) {
    if (!(error instanceof MerkleError)) throw error;
    if (error.code !== 'MERKLE_ORDER') return { code: 'SET_MALFORMED' };
    // A tree has no order of its own: a list that does not ascend may still be the granted one.
    return { code: isGranted(buildTree(leaves).root) ? 'SET_OUT_OF_ORDER' : 'SET_ROOT_MISMATCH' };
  }
}

/** Undefined unless every line is a leaf hash. */
function readLeaves(bytes: Uint8Array): Uint8Array[] | undefined {
  const lines = Buffer.from(bytes).toString('latin1').split('\n');
  if (lines.pop() !== '') return undefined;
  return lines.every((line) => /^[0-9a-f]{64}$/.test(line)) ? lines.map(fromHex) : undefined;
}

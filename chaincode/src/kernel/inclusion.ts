/** Whether a leaf stands under a Merkle root on the ledger. */
import { fromHex, MerkleError, rootFromPath, toHex } from '@tabellion/proof';
import { assertRule } from './errors.ts';

/** @throws ContractError `PATH_MISMATCH`. */
export function assertUnderRoot(
  { leaf, index, path }: { leaf: string; index: number; path: readonly string[] },
  { root, size }: { readonly root: string; readonly size: number },
): void {
  let reached: string | undefined;
  try {
    const hashes = path.map((hash) => fromHex(hash));
    reached = toHex(rootFromPath({ leaf: fromHex(leaf), index, size, hashes }));
  } catch (error) {
    if (!(error instanceof MerkleError)) throw error;
  }
  assertRule(reached === root, 'PATH_MISMATCH', 'the path does not lead to the root of the batch');
}

/** One signature under a group of entries, and the way of each to it. */
import {
  buildTree,
  type EntrySeal,
  groupBytes,
  MAX_BATCH_ITEMS,
  toBase64url,
  toHex,
} from '@tabellion/proof';
import type { Signer } from '../ledger/act.ts';

export interface Group {
  /** MSP ID. */
  readonly member: string;
  /** Position of the first entry. */
  readonly first: number;
  readonly leaves: readonly Uint8Array[];
}

/** Returns the seal of each entry by its place in the group. @throws what signing throws. */
export async function sealGroup(
  signer: Signer | undefined,
  { member, first, leaves }: Group,
): Promise<(index: number) => EntrySeal> {
  if (signer === undefined) throw new Error(`no key seals the journal of ${member}`);
  const size = leaves.length;
  if (size > MAX_BATCH_ITEMS) throw new Error('more entries at once than a seal covers');
  const tree = buildTree(leaves);
  const signed = groupBytes({ member, first, size, root: toHex(tree.root) });
  const signature = toBase64url(await signer.sign(signed));
  const { certificate } = signer;
  return (index) => ({
    ...{ first, size, certificate, signature },
    hashes: tree.path(index).map(toHex),
  });
}

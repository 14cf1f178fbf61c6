/** Labels on an embedded ledger, as a member's analyst asserts them. */
import { buildTree, fromHex, toHex } from '@tabellion/proof';
import { CHARTER, newId } from './scene.ts';
import type { World } from './world.ts';

export const TAXONOMY = { id: 'addresses', version: 1 };

export interface AssertedLabels {
  /** Digest of the batch record. */
  readonly batch: string;
  /** One label with the path that shows it. */
  one(index: number): { batch: string; label: { leaf: string; index: number }; path: string[] };
}

export const sampleAssertion = (root: string, size: number) => ({
  root,
  size,
  manifest: newId(32),
  taxonomy: TAXONOMY,
  tlp: 'AMBER',
  legalBasis: CHARTER,
  reason: 'wallets of a ransom campaign',
});

/** By the analyst of CN. */
export async function assertLabels(world: World, size = 3): Promise<AssertedLabels> {
  const leaves = Array.from({ length: size }, () => newId(32));
  const tree = buildTree(leaves.map((leaf) => fromHex(leaf)));
  const analyst = await world.person('CnMSP', 'analyst');
  const done = await world.act(analyst, 'label:assert', sampleAssertion(toHex(tree.root), size));
  if (done.code !== 'VALID') throw new Error(`label:assert was ${done.code}`);
  const { key } = done.event.payload as { key: string };
  const batch = key.slice('label-batch/'.length);
  return {
    batch,
    one: (index) => ({
      batch,
      label: { leaf: leaves[index]!, index },
      path: tree.path(index).map((hash) => toHex(hash)),
    }),
  };
}

/** Declared by two of the three others, once the time to fetch is over. */
export async function missLabels(world: World, batch: string): Promise<void> {
  const before = world.clock.time;
  world.clock.time += world.founding.parameters.labelFetchSeconds * 1000;
  for (const mspId of ['SgMSP', 'DeMSP']) {
    const by = await world.person(mspId, 'liaisonAuthority');
    const { code } = await world.act(by, 'label:miss', { batch, reason: 'asked for an hour' });
    if (code !== 'VALID') throw new Error(`label:miss was ${code}`);
  }
  world.clock.time = before;
}

export const sampleDispute = (subject: object) => ({
  ...subject,
  id: newId(),
  onBehalfOf: 'PERSON',
  legalBasis: CHARTER,
  reason: 'the wallet belongs to a shop',
});

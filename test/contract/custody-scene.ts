/** Items in custody: anchored in a batch of their own, and handed on step by step. */
import type { CustodyRecord, ItemHeadRecord, OpenInput } from '@tabellion/chaincode/custody/record';
import type { AcquireInput } from '@tabellion/chaincode/evidence/record';
import { digestRecord } from '@tabellion/chaincode/kernel/digest';
import { buildTree, itemId, leafHash, parseCanonical, toHex, utf8 } from '@tabellion/proof';
import { NOW, sampleAnchor } from '../../chaincode/test/samples.ts';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import { acquire, newId } from './scene.ts';
import type { ActOptions, Committed, World } from './world.ts';

export { SAYS } from '../../chaincode/test/custody-scene.ts';

export interface AnchoredItems {
  readonly acquisition: string;
  readonly batch: string;
  readonly items: readonly string[];
  openingOf(index: number, changes?: Partial<OpenInput>): OpenInput;
}

/** An acquisition of CN with one batch of so many items. */
export async function anchorItems(
  world: World,
  count: number,
  changes: Partial<AcquireInput> = {},
): Promise<AnchoredItems> {
  const acquisition = await acquire(world, changes);
  const leaves = Array.from({ length: count }, () => leafHash(utf8(newId())));
  const tree = buildTree(leaves);
  const { record } = await world.act(
    await world.person('CnMSP', 'investigator'),
    'evidence:anchor',
    sampleAnchor({ acquisition, root: toHex(tree.root), size: count }),
  );
  const batch = digestRecord(record);
  const named = leaves.map((leaf) => ({ item: itemId('CnMSP', leaf), leaf: toHex(leaf) }));
  return {
    acquisition,
    batch,
    items: named.map(({ item }) => item),
    openingOf: (index, changes = {}) => ({
      ...named[index]!,
      origin: { kind: 'ANCHORED', acquisition, batch, index },
      path: tree.path(index).map((hash) => toHex(hash)),
      seals: [],
      witnesses: [],
      happenedAt: NOW - 10_000,
      reason: 'the item is to be handed over',
      ...changes,
    }),
  };
}

/** A new item in custody of the investigator of CN; returns its name. */
export async function openItem(world: World, changes: Partial<OpenInput> = {}): Promise<string> {
  const { items, openingOf } = await anchorItems(world, 1);
  const investigator = await world.person('CnMSP', 'investigator');
  await world.act(investigator, 'custody:open', openingOf(0, changes));
  return items[0]!;
}

export async function readHead(world: World, item: string): Promise<ItemHeadRecord> {
  const reader = await world.person('DeMSP', 'auditor');
  const bytes = await world.read(reader, 'custody:read', `item-head/${item}`);
  return parseCanonical(bytes) as ItemHeadRecord;
}

/** The next step of an item, as its chain stands. */
export async function following(world: World, item: string, says: object = {}) {
  const { sequence, last } = await readHead(world, item);
  const chain = { item, sequence: sequence + 1, previous: last };
  return { ...chain, happenedAt: world.clock.time, reason: 'as agreed', ...says };
}

export async function takeStep(
  world: World,
  signer: Signer,
  name: string,
  item: string,
  says: object = {},
  options: ActOptions = {},
): Promise<Committed & { readonly record: CustodyRecord }> {
  const committed = await world.act(signer, name, await following(world, item, says), options);
  return committed as Committed & { readonly record: CustodyRecord };
}

/**
 * Which of the acknowledged items can be proved offline. For every batch one bundle, of an item taken
 * at random, is asked for and verified whole: endorsers' certificates and signatures, the batch record,
 * the item's path. The manifest then gives the commitments of all items: an item counts if it has the
 * leaf that was acknowledged, commits to the digest and size that were posted, and if the tree over
 * all leaves has the root that stands in the verified record, so that there is a path for each.
 */
import { createHash, randomInt } from 'node:crypto';
import { batchRecord } from '@tabellion/chaincode/evidence/record';
import {
  buildTree,
  compactBundle,
  createVerifier,
  fromBase64url,
  leafHash,
  parseCanonical,
  parseTrust,
  toHex,
} from '@tabellion/proof';
import { itemDigest } from '../bench-common/items.ts';
import type { ItemClient, Posted } from './item-client.ts';

export interface CheckedItems {
  /** Items whose proof verifies. */
  readonly proved: number;
  /** How old each batch's oldest item was when the batch was proposed, milliseconds. */
  readonly ages: readonly number[];
}

interface Acknowledged {
  readonly item: number;
  readonly leaf: string;
}

/** Batch → index in it → what was acknowledged to be there. */
type Batches = ReadonlyMap<string, ReadonlyMap<number, Acknowledged>>;

/** @throws where an item was acknowledged that cannot be proved. */
export async function checkProofs(
  client: ItemClient,
  posted: readonly Posted[],
): Promise<CheckedItems> {
  const verify = createVerifier(parseTrust(await client.get('/v1/trust')));
  const batches = groupByBatch(posted);
  let proved = 0;
  const ages: number[] = [];
  for (const [digest, items] of batches) {
    const [index, { item }] = pick([...items]);
    const bundle = await client.get(`/v1/evidence/batches/${digest}/proofs/${index}`);
    const file = { sha256: itemDigest(item), size: item };
    const { code } = verify(bundle, { now: Date.now(), file });
    if (code !== 'INTACT') throw new Error(`the proof of an item verifies as ${code}`);
    const { record } = compactBundle.parse(parseCanonical(bundle));
    const { act, collectedAt, ...batch } = batchRecord.parse(parseCanonical(fromBase64url(record)));
    const manifest = await client.get(`/v1/evidence/manifests/${batch.manifest}`);
    proved += countProved(manifest, batch, items);
    ages.push(act.at - collectedAt);
  }
  return { proved, ages };
}

function pick<T>(values: readonly T[]): T {
  return values[randomInt(values.length)]!;
}

function groupByBatch(posted: readonly Posted[]): Batches {
  const batches = new Map<string, Map<number, Acknowledged>>();
  for (const { first, answer } of posted) {
    const lines = answer.toString('latin1').trimEnd().split('\n');
    lines.forEach((line, position) => {
      const { batch, index, leaf, code } = JSON.parse(line);
      if (code !== undefined) throw new Error(`an item was refused: ${line}`);
      const items = batches.get(batch) ?? new Map<number, Acknowledged>();
      batches.set(batch, items);
      if (items.has(index)) throw new Error(`two items were told to be at one place: ${line}`);
      items.set(index, { item: first + position, leaf });
    });
  }
  return batches;
}

/** @throws unless all of them are proved. */
export function countProved(
  manifest: Buffer,
  batch: { readonly manifest: string; readonly root: string; readonly size: number },
  items: ReadonlyMap<number, Acknowledged>,
): number {
  const lines = manifest.toString('latin1').trimEnd().split('\n');
  const leaves = lines.map((line) => leafHash(Buffer.from(line, 'latin1')));
  const isCommitted =
    createHash('sha256').update(manifest).digest('hex') === batch.manifest &&
    lines.length === batch.size &&
    toHex(buildTree(leaves).root) === batch.root;
  if (!isCommitted) throw new Error(`not the manifest of the committed batch: ${batch.manifest}`);
  for (const [index, { item, leaf }] of items) {
    const { digest, size } = JSON.parse(lines[index]!);
    if (toHex(leaves[index]!) !== leaf || digest.sha256 !== itemDigest(item) || size !== item) {
      throw new Error(`item ${item} is not what was committed at ${index}`);
    }
  }
  return items.size;
}

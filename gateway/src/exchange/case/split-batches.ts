/**
 * The items of an acquisition in parts, each of which makes a graph of its own: a validator's effort grows
 * with every node, and many files of a thousand items end where one of all does not. Names of nodes follow
 * from the ledger, so that all parts read together are the graph of the whole.
 */
import type { Commitment } from '@tabellion/proof';
import type { ExportedBatch } from '../recorded.ts';

/**
 * Each part has every batch, for the chain is told whole, and some of the items; one part at least.
 * @param limit items of a part at most, from 1.
 */
export async function* splitBatches(
  all: readonly ExportedBatch['batch'][],
  filled: AsyncIterable<ExportedBatch> | Iterable<ExportedBatch>,
  limit: number,
): AsyncGenerator<ExportedBatch[], void, undefined> {
  const part = new Map<string, { readonly items: Commitment[]; readonly from: number }>();
  let held = 0;
  let parts = 0;
  const take = () => {
    const taken = all.map((batch) => ({ batch, items: [], ...part.get(batch.key) }));
    part.clear();
    held = 0;
    parts += 1;
    return taken;
  };
  for await (const { batch, items } of filled) {
    let index = 0;
    for await (const item of items) {
      if (held === limit) yield take();
      const begun = part.get(batch.key);
      if (begun === undefined) part.set(batch.key, { items: [item], from: index });
      else begun.items.push(item);
      held += 1;
      index += 1;
    }
  }
  if (held > 0 || parts === 0) yield take();
}

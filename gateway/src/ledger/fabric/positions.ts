/** Where a transaction stands in its block: the peer's commit status does not say. */
import { readBlock } from '@tabellion/proof';
import { findTxId } from '../committed.ts';

const KEPT_BLOCKS = 64;

/** Transaction IDs of a block in order; of two equal ones, the first counts. */
export function indexTransactions(block: Uint8Array): ReadonlyMap<string, number> {
  const positions = new Map<string, number>();
  for (const [position, envelope] of readBlock(block).envelopes.entries()) {
    const txId = findTxId(envelope);
    if (txId !== undefined && !positions.has(txId)) positions.set(txId, position);
  }
  return positions;
}

export type FindPosition = (block: number, txId: string) => Promise<number>;

/** Many transactions of one block are asked for together: each block is fetched once. */
export function createPositions(fetch: (block: number) => Promise<Uint8Array>): FindPosition {
  const blocks = new Map<number, Promise<ReadonlyMap<string, number>>>();
  return async (number, txId) => {
    let index = blocks.get(number);
    if (!index) {
      index = fetch(number).then(indexTransactions);
      blocks.set(number, index);
      index.catch(() => blocks.delete(number));
      if (blocks.size > KEPT_BLOCKS) blocks.delete(blocks.keys().next().value!);
    }
    const position = (await index).get(txId);
    if (position === undefined) throw new Error(`block ${number} does not hold ${txId}`);
    return position;
  };
}

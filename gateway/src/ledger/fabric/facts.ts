/** What a trust file says of a channel, read from its chain. */
import { blockHeaderHash, readBlock, toHex } from '@tabellion/proof';
import type { LedgerPort } from '../port.ts';
import { type Definition, readDefinitions } from './definition.ts';

export interface ChannelFacts {
  /** Hash of the first block's header, hex. */
  readonly genesis: string;
  /** Of the chaincode, in the order in which they were committed. */
  readonly definitions: readonly Definition[];
}

/** Reads the whole chain up to its present height, which takes long on a long one: keep the answer. */
export async function readFacts(ledger: LedgerPort): Promise<ChannelFacts> {
  const last = (await ledger.height()) - 1;
  const definitions: Definition[] = [];
  let genesis = '';
  for await (const bytes of ledger.blocks(0)) {
    const block = readBlock(bytes);
    if (block.number === 0) genesis = toHex(blockHeaderHash(block));
    definitions.push(...readDefinitions(bytes, ledger.chaincode));
    if (block.number >= last) break;
  }
  return { genesis, definitions };
}

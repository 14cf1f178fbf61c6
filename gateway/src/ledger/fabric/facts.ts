/** What the blocks themselves say of a channel. */
import { type ChannelConfig, readConfig, toHex } from '@tabellion/proof';
import { readCommitted } from '../committed.ts';
import { type Definition, readDefinitions } from '../definition.ts';
import { LedgerError, type LedgerPort } from '../port.ts';

export interface ChannelFacts {
  /** Hash of the first block's header, hex. */
  readonly genesis: string;
  /** Of the chaincode, in the order in which they were committed. */
  readonly definitions: readonly Definition[];
  /** The channel's configuration in force. */
  readonly config: ChannelConfig;
}

/**
 * Reads the whole chain, which takes long on a long one: for tools that ask once. A gateway keeps these
 * facts in its projection.
 * @throws LedgerError
 */
export async function readFacts(ledger: LedgerPort): Promise<ChannelFacts> {
  const height = await ledger.height();
  let genesis = '';
  let config: ChannelConfig | undefined;
  const definitions: Definition[] = [];
  for await (const bytes of ledger.blocks(0)) {
    const block = readCommitted(bytes);
    if (block.number === 0) genesis = toHex(block.hash);
    if (block.isConfiguration) config = readConfig(bytes);
    definitions.push(...readDefinitions(bytes, ledger.chaincode, definitions.at(-1)));
    if (block.number + 1 >= height) break;
  }
  if (!config) throw new LedgerError('UNAVAILABLE', 'the chain holds no configuration');
  return { genesis, definitions, config };
}

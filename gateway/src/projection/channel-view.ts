/** The channel as the blocks tell it: who takes part, by which certificates, under which definitions. */
import type { DatabaseSync } from 'node:sqlite';
import { type ChannelConfig, readConfig } from '@tabellion/proof';
import type { Definition } from '../ledger/definition.ts';
import type { ChannelFacts } from '../ledger/fabric/facts.ts';

interface Row extends Omit<Definition, 'transaction' | 'endorsementPolicy'> {
  readonly position: number;
  readonly policy: Uint8Array | null;
}

const show = ({ position, policy, ...row }: Row): Definition => ({
  ...row,
  transaction: position,
  endorsementPolicy: policy,
});

const SELECT = 'SELECT sequence, block, position, version, policy FROM definition';

/** In force at the height of the projection. */
export function lastDefinition(database: DatabaseSync): Definition | undefined {
  const row = database.prepare(`${SELECT} ORDER BY block DESC, position DESC LIMIT 1`).get();
  return row && show(row as unknown as Row);
}

/** Undefined until the first block is there. */
export function createChannelView(database: DatabaseSync): () => ChannelFacts | undefined {
  const selectChannel = database.prepare('SELECT genesis, config FROM channel');
  const selectDefinitions = database.prepare(`${SELECT} ORDER BY block, position`);
  // Changes seldom and is large.
  let bytes: Uint8Array | undefined;
  let config: ChannelConfig | undefined;
  return () => {
    const channel = selectChannel.get() as { genesis: string | null; config: Uint8Array | null };
    if (channel.genesis === null || channel.config === null) return undefined;
    if (!config || !bytes || !Buffer.from(bytes).equals(channel.config)) {
      bytes = channel.config;
      config = readConfig(bytes);
    }
    const definitions = (selectDefinitions.all() as unknown as Row[]).map(show);
    return { genesis: channel.genesis, config, definitions };
  };
}

/** Whether a genesis block from another member begins the channel on which the members agreed. */
import { decodeConfig } from '../../channel-update.ts';
import { BadSetting } from '../program.ts';

/**
 * Takes no other member's word: `expected` was made here, from the consortium file and the members'
 * cards. Blocks of the same configuration differ in their time and nonce.
 * @throws BadSetting
 */
export function assertAgreed(received: Uint8Array, expected: Uint8Array): void {
  const ours = readConfiguration(expected);
  let theirs: Buffer | undefined;
  try {
    theirs = readConfiguration(received);
  } catch {
    // Not even a block; said below.
  }
  if (theirs?.equals(ours)) return;
  throw new BadSetting(
    'genesis.block does not say what the consortium file and the members’ cards say: compare all of these with the other members',
  );
}

const readConfiguration = (block: Uint8Array): Buffer =>
  Buffer.from(decodeConfig(block).serializeBinary());

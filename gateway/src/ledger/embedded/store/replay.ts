/**
 * What follows from a block that was validated once, from the block alone: its codes are believed, its
 * writes applied. The running hash that it carries shows that this gives what validation gave.
 */
import { peer } from '@hyperledger/fabric-protos';
import {
  computeTxId,
  equalBytes,
  FabricError,
  HEADER_TYPE,
  readBlock,
  readEnvelope,
  readEnvelopeHeader,
  utf8,
  validationCodeName,
} from '@tabellion/proof';
import { applyWrites } from '../apply.ts';
import { readCommitHash } from '../block.ts';
import { computeCommitHash } from '../commit-hash.ts';
import { BlockUpdates } from '../updates.ts';
import { publicSpace } from './space.ts';
import type { BlockChanges, BlockWrite, StateReader, StoredTransaction } from './stored.ts';

export interface Replayed extends BlockChanges {
  readonly commitHash: Uint8Array;
}

/**
 * @param previous the commit hash of the block before; empty before the first.
 * @throws Error where the block does not lead to the state whose hash it carries.
 */
export function replayBlock(bytes: Uint8Array, state: StateReader, previous: Uint8Array): Replayed {
  const block = readBlock(bytes);
  const updates = new BlockUpdates(state);
  const history: BlockWrite['history'][number][] = [];
  const transactions: StoredTransaction[] = [];
  for (const [position, envelope] of block.envelopes.entries()) {
    const code = block.validationCodes[position]!;
    const txId = readClaimedId(envelope, code);
    if (txId === null) continue;
    transactions.push({ txId, position, code });
    if (code !== peer.TxValidationCode.VALID) continue;
    const version = { block: block.number, transaction: position };
    const { rwset } = readEnvelope(envelope);
    applyWrites(rwset, [], version, updates);
    for (const { namespace, writes } of rwset) {
      const space = publicSpace(namespace);
      for (const { key } of writes) history.push({ space, key: utf8(key), version });
    }
  }
  const changes = updates.list();
  const commitHash = computeCommitHash(previous, [...block.validationCodes], changes);
  if (!equalBytes(commitHash, readCommitHash(block.metadata))) {
    throw new Error(`block ${block.number} does not lead to the state whose hash it carries`);
  }
  return { transactions, changes, history, commitHash };
}

/** Codes of envelopes that were refused before their transaction ID was looked at, or for it. */
const WITHOUT_ID = new Set([
  'UNKNOWN_TX_TYPE',
  'TARGET_CHAIN_NOT_FOUND',
  'BAD_CREATOR_SIGNATURE',
  'DUPLICATE_TXID',
]);

/** The transaction ID that validation found the envelope may claim; null else. */
function readClaimedId(envelope: Uint8Array, code: number): string | null {
  if (WITHOUT_ID.has(validationCodeName(code))) return null;
  try {
    const { creator, nonce, txId, type } = readEnvelopeHeader(envelope);
    // The other type is a configuration, which has no ID.
    if (type !== HEADER_TYPE.ENDORSER_TRANSACTION) return null;
    return txId === computeTxId(nonce, creator.bytes) ? txId : null;
  } catch (error) {
    if (error instanceof FabricError) return null;
    throw error;
  }
}

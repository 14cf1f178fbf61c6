/** Asks the own peer's system chaincodes, in the name of the gateway's own identity. */
import { randomBytes } from 'node:crypto';
import { readProposal } from '@tabellion/proof';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import { buildProposal, NONCE_BYTES } from '../../gateway/src/ledger/proposal.ts';
import type { MemberPeers } from './member-peers.ts';

export interface SystemQuery {
  readonly channel: string;
  readonly service: Signer;
  readonly now?: () => number;
}

/** Their first argument is the channel. @throws LedgerError. */
export async function querySystem(
  peers: MemberPeers,
  { channel, service, now = Date.now }: SystemQuery,
  chaincode: 'qscc' | 'cscc',
  transaction: string,
  ...args: readonly string[]
): Promise<Uint8Array> {
  const { proposal: bytes } = buildProposal({
    ...{ channel, chaincode, transaction, creator: service.creator, at: now() },
    args: [channel, ...args].map((arg) => Buffer.from(arg)),
    nonce: randomBytes(NONCE_BYTES),
  });
  const signed = { bytes, signature: await service.sign(bytes) };
  return peers.evaluate({ proposal: readProposal(bytes), signed });
}

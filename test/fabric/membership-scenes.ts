/** What tests of the life of a consortium have its members do. */
import { canonicalBytes } from '@tabellion/proof';
import { draftAcquisition } from '../../gateway/src/evidence/testing.ts';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import type { LedgerPort } from '../../gateway/src/ledger/port.ts';
import { CN, type GatewayWorld } from './gateway-world.ts';

export const FR = 'FrAgencyMSP';
/** The change that makes it a member. */
export const ADMIT = {
  kind: 'ADMIT',
  mspId: FR,
  name: 'Evidence Agency FR',
  jurisdiction: 'FR',
  memberKind: 'STATE',
  profile: {
    acceptedOrders: [{ kind: 'PRESERVE' }],
    acceptedAuthorisations: ['JUDICIAL'],
    adoptedStandards: [{ id: 'iso-iec-27037', version: 1 }],
    schemaVersions: { evidence: [1], member: [1] },
  },
};

/** CN's delegate proposes a change, and the delegates of `states` vote for it. */
export async function decideBy(
  { run }: GatewayWorld,
  states: readonly string[],
  change: readonly string[],
): Promise<void> {
  const because = ['--legal-basis', 'founding-agreement@1', '--reason', 'agreed by treaty'];
  const { id } = await run(`delegate-${CN}`, ['member', 'propose', ...change, ...because]);
  for (const mspId of states) {
    const vote = ['member', 'vote', id, '--choice', 'YES', '--reason', 'agreed'];
    await run(`delegate-${mspId}`, vote);
  }
}

/** Opens an acquisition, with these members' endorsements if any are named; the validation code that it got. */
export async function acquireWith(
  ledger: LedgerPort,
  signer: Signer,
  endorsers?: readonly string[],
): Promise<string> {
  const input = draftAcquisition('CN', 'cn-cpl-136', { startedAt: Date.now() - 1000 });
  const { proposal } = await ledger.prepare({
    transaction: 'evidence:acquire',
    args: [canonicalBytes(input)],
    creator: signer.creator,
  });
  const signed = { bytes: proposal, signature: await signer.sign(proposal) };
  const { txId, payload } = await ledger.endorse(signed, endorsers && { endorsers });
  await ledger.submit({ bytes: payload, signature: await signer.sign(payload) });
  return (await ledger.status(txId)).code;
}

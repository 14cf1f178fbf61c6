/** The embedded consortium of one machine: its identities and its ledger, founded at the first start. */
import { join } from 'node:path';
import { contracts } from '@tabellion/chaincode';
import type { Trust } from '@tabellion/proof';
import type { Consortium } from '../identity/consortium.ts';
import { type EmbeddedIdentities, provisionEmbedded } from '../identity/provision.ts';
import { type EmbeddedLedger, openEmbeddedLedger } from '../ledger/embedded/ledger.ts';
import type { MemberMsp } from '../ledger/embedded/network.ts';
import { ensureFounded } from './founding.ts';
import type { NodeLedger } from './node-ledger.ts';

export interface ConsortiumLedger extends EmbeddedIdentities, NodeLedger {
  readonly ledger: EmbeddedLedger;
}

/** Opens the consortium kept in `directory`; makes and founds it if there is none. */
export async function openConsortiumLedger(
  directory: string,
  consortium: Consortium,
  now: () => number = Date.now,
): Promise<ConsortiumLedger> {
  const identities = await provisionEmbedded(directory, consortium, now);
  const { timeWindowSeconds } = consortium.parameters;
  const ledger = await openEmbeddedLedger({
    directory: join(directory, 'ledger'),
    network: identities.network,
    timeWindowSeconds,
    now,
  });
  try {
    ledger.install(contracts);
    const [service] = identities.serviceSigners.values();
    const [authority] = identities.authorities.values();
    await ensureFounded(ledger, { service: service!, authority: authority! }, consortium);
  } catch (error) {
    await ledger.close();
    throw error;
  }
  const msps = new Map<string, MemberMsp>(identities.network.members.map((m) => [m.mspId, m]));
  return {
    ...identities,
    ledger,
    publishMsp: async (msp) => {
      await ledger.updateMsps([msp]);
      msps.set(msp.mspId, msp);
    },
    trust: async () => describeTrust(consortium, ledger, msps),
    close: () => ledger.close(),
  };
}

function describeTrust(
  consortium: Consortium,
  ledger: EmbeddedLedger,
  msps: ReadonlyMap<string, MemberMsp>,
): Trust {
  const { genesis, definitions } = ledger.facts();
  return {
    type: 'tabellion.trust',
    v: 1,
    consortium: consortium.name,
    ledger: ledger.kind,
    channel: ledger.channel,
    genesis,
    chaincode: ledger.chaincode,
    members: consortium.members.map(({ mspId, name, jurisdiction, kind }) => {
      const { roots, intermediates, revocations } = msps.get(mspId)!;
      return {
        mspId,
        name,
        jurisdiction,
        state: kind === 'STATE',
        roots: [...roots],
        intermediates: [...intermediates],
        revocations: [...revocations],
      };
    }),
    endorsementThreshold: consortium.parameters.endorsementThreshold,
    definitions: definitions.map(({ sequence, block, transaction }) => ({
      sequence,
      block,
      transaction,
    })),
  };
}

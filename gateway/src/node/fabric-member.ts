/** One member's part of a consortium on Hyperledger Fabric, as its gateway uses it. */

import { memberKey } from '@tabellion/chaincode/member/key';
import { type MemberRecord, memberRecord } from '@tabellion/chaincode/member/record';
import {
  type ChannelConfig,
  listPolicyMembers,
  parseCanonical,
  type Trust,
} from '@tabellion/proof';
import type { Logger } from 'pino';
import { readKey } from '../evidence/ledger-reader.ts';
import { MemberCa } from '../identity/ca.ts';
import type { Consortium } from '../identity/consortium.ts';
import type { Signer } from '../ledger/act.ts';
import type { PeerEndpoint } from '../ledger/fabric/connection.ts';
import { FactsReader } from '../ledger/fabric/facts.ts';
import { openFabricLedger } from '../ledger/fabric/ledger.ts';
import { LedgerError, type LedgerPort } from '../ledger/port.ts';
import { ensureFounded } from './founding.ts';
import type { NodeLedger } from './node-ledger.ts';

export interface FabricMember {
  /** The member's own peer. */
  readonly peer: PeerEndpoint;
  /** The gateway's own identity: role `system`, `keyCustody=gateway`. */
  readonly service: Signer;
  /** Directory of the authority that certifies the member's people. */
  readonly authority: string;
}

/** How soon a gateway learns that another member counts, or no longer does, milliseconds. */
const REFRESH_MS = 5000;

export interface FabricOptions {
  readonly consortium: Consortium;
  readonly logger: Logger;
  readonly now: () => number;
}

/** Connects to the member's peer; founds the consortium if nobody has. @throws LedgerError. */
export async function openFabricMember(
  { peer, service, authority }: FabricMember,
  { consortium, logger, now }: FabricOptions,
): Promise<NodeLedger> {
  const { channel, chaincode, members, parameters } = consortium;
  const { mspId } = service;
  const ca = await MemberCa.open({ directory: authority, mspId, embedded: false, now });
  let counted = members.map((member) => ({ mspId: member.mspId, state: member.kind === 'STATE' }));
  const ledger = openFabricLedger({
    ...{ channel, chaincode, peer, service, now },
    members: () => counted,
    endorsementThreshold: parameters.endorsementThreshold,
  });
  try {
    await ensureFounded(ledger, { service, authority: ca }, consortium);
  } catch (error) {
    await ledger.close();
    throw error;
  }
  const facts = new FactsReader(ledger);
  const describe = async (): Promise<Trust> => {
    const { genesis, definitions, config } = await facts.read();
    return {
      type: 'tabellion.trust',
      v: 1,
      consortium: consortium.name,
      ledger: ledger.kind,
      ...{ channel, genesis, chaincode },
      members: await describeMembers(ledger, service, config),
      endorsementThreshold: parameters.endorsementThreshold,
      definitions: definitions.map(({ sequence, block, transaction, endorsementPolicy }) => ({
        ...{ sequence, block, transaction },
        ...(endorsementPolicy && { members: listPolicyMembers(endorsementPolicy) }),
      })),
    };
  };
  /** Whom to ask for endorsements: those whom the definition in force counts. */
  const refresh = async () => {
    const trust = await describe();
    const inForce = trust.definitions.at(-1)?.members;
    counted = trust.members.filter(({ mspId }) => inForce?.includes(mspId) ?? true);
    return trust;
  };
  const timer = setInterval(() => void refresh().catch(() => undefined), REFRESH_MS);
  timer.unref();
  return {
    close: async () => {
      clearInterval(timer);
      await ledger.close();
    },
    ledger,
    authorities: new Map([[mspId, ca]]),
    serviceSigners: new Map([[mspId, service]]),
    // Changing the channel needs the member's administrator, whose key no gateway holds. This gateway
    // refuses a revoked certificate at once; the other members do when the channel says so.
    publishMsp: async () => logger.warn({ member: mspId }, 'revocations wait for the channel'),
    trust: refresh,
  };
}

/** Certificates as the channel's configuration has them, names and kinds as the members agreed. */
async function describeMembers(
  ledger: LedgerPort,
  service: Signer,
  { members }: ChannelConfig,
): Promise<Trust['members']> {
  const found = await Promise.all(
    members.map(async ({ mspId, roots, intermediates, revocations }) => {
      const record = await readMember(ledger, service, mspId);
      // An organisation of the channel that the members have not admitted is trusted in nothing.
      if (!record) return [];
      const { name, jurisdiction, kind } = record;
      return [
        {
          ...{ mspId, name, jurisdiction, state: kind === 'STATE' },
          roots: [...roots],
          intermediates: [...intermediates],
          revocations: [...revocations],
        },
      ];
    }),
  );
  return found.flat();
}

/** As the members agreed; undefined for who was never admitted. @throws LedgerError. */
export async function readMember(
  ledger: LedgerPort,
  service: Signer,
  mspId: string,
): Promise<MemberRecord | undefined> {
  try {
    return memberRecord.parse(parseCanonical(await readKey(ledger, service, memberKey(mspId))));
  } catch (error) {
    if (error instanceof LedgerError && error.contractCode === 'NOT_FOUND') return undefined;
    throw error;
  }
}

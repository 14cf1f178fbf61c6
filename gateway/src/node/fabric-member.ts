/** One member's part of a consortium on Hyperledger Fabric, as its gateway uses it. */

import { memberKey } from '@tabellion/chaincode/member/key';
import { type MemberRecord, memberRecord } from '@tabellion/chaincode/member/record';
import { parseCanonical } from '@tabellion/proof';
import type { Logger } from 'pino';
import { readKey } from '../evidence/ledger-reader.ts';
import { MemberCa } from '../identity/ca.ts';
import type { Consortium } from '../identity/consortium.ts';
import type { Signer } from '../ledger/act.ts';
import type { FabricLedgerOptions } from '../ledger/fabric/channel-ledger.ts';
import type { PeerEndpoint } from '../ledger/fabric/connection.ts';
import { openFabricLedger } from '../ledger/fabric/ledger.ts';
import type { EndorsementRule } from '../ledger/fabric/members.ts';
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
  /** Opens the ledger for peers without the Gateway service, which it otherwise goes through. */
  readonly open?: (options: FabricLedgerOptions) => Promise<LedgerPort>;
}

export interface FabricOptions {
  readonly consortium: Consortium;
  readonly logger: Logger;
  readonly now: () => number;
  /** As the ledger says; until it does, at the founding, the consortium's file decides. */
  readonly rule?: () => EndorsementRule | undefined;
}

/** Connects to the member's peer; founds the consortium if nobody has. @throws LedgerError. */
export async function openFabricMember(
  { peer, service, authority, open }: FabricMember,
  { consortium, logger, now, rule }: FabricOptions,
): Promise<NodeLedger> {
  const { channel, chaincode, members, parameters } = consortium;
  const { mspId } = service;
  const ca = await MemberCa.open({ directory: authority, mspId, embedded: false, now });
  const founding: EndorsementRule = {
    members: members.map((member) => ({ mspId: member.mspId, state: member.kind === 'STATE' })),
    threshold: parameters.endorsementThreshold,
  };
  const current = () => rule?.() ?? founding;
  const ledger = await (open ?? openFabricLedger)({
    ...{ channel, chaincode, peer, service, now },
    members: () => current().members,
    endorsementThreshold: () => current().threshold,
    onDeviating: (member, txId) =>
      logger.warn({ member, txId }, 'a member answers differently from the others'),
  });
  try {
    await ensureFounded(ledger, { service, authority: ca }, consortium);
  } catch (error) {
    await ledger.close();
    throw error;
  }
  return {
    close: () => ledger.close(),
    ledger,
    authorities: new Map([[mspId, ca]]),
    serviceSigners: new Map([[mspId, service]]),
    // Changing the channel needs the member's administrator, whose key no gateway holds. This gateway
    // refuses a revoked certificate at once; the other members do when the channel says so.
    publishMsp: async () =>
      logger.warn({ member: mspId }, 'the revocation list waits for publish-crl'),
  };
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

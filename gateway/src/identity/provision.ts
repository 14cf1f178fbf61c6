/**
 * The identities of an embedded consortium, all on one machine: an authority, a peer and a gateway
 * service for each member, and one ordering identity. Made at the first start, opened and where due
 * renewed at every later one.
 */
import { join } from 'node:path';
import type { Signer } from '../ledger/act.ts';
import type { EmbeddedMember, EmbeddedNetwork } from '../ledger/embedded/network.ts';
import { MemberCa } from './ca.ts';
import type { Consortium, ConsortiumMember } from './consortium.ts';
import { openHeldIdentity } from './held-identity.ts';
import { signerFromPem } from './key.ts';
import { makePrivateDirectory } from './private-file.ts';

const NODE_DAYS = 730;
const SERVICE_DAYS = 365;

export interface EmbeddedIdentities {
  readonly network: EmbeddedNetwork;
  /** By MSP ID. Enrolment must use these, not open the directories a second time. */
  readonly authorities: ReadonlyMap<string, MemberCa>;
  /** By MSP ID: role `system`, `keyCustody=gateway`. */
  readonly serviceSigners: ReadonlyMap<string, Signer>;
}

/**
 * `<data>/ca/<mspId>/`, `<data>/peers/<mspId>/`, `<data>/orderer/`, `<data>/services/<mspId>/`.
 * Idempotent; a crash in the middle is made good by the next call.
 * @throws IdentityError `KEY_EXPOSED`, `KEY_INVALID`, `CA_DAMAGED`, `CA_EXPIRED`.
 */
export async function provisionEmbedded(
  dataDirectory: string,
  consortium: Consortium,
  now: () => number = Date.now,
): Promise<EmbeddedIdentities> {
  await makePrivateDirectory(dataDirectory);
  const authorities = new Map<string, MemberCa>();
  const serviceSigners = new Map<string, Signer>();
  const members: EmbeddedMember[] = [];
  for (const member of consortium.members) {
    const { mspId } = member;
    const directory = join(dataDirectory, 'ca', mspId);
    const ca = await MemberCa.open({ directory, mspId, embedded: true, now });
    authorities.set(mspId, ca);
    members.push(await openMember(dataDirectory, member, ca, now));
    serviceSigners.set(mspId, await openService(dataDirectory, ca, now));
  }
  return {
    network: {
      consortium: consortium.name,
      channel: consortium.channel,
      chaincode: consortium.chaincode,
      members,
      orderer: await openOrderer(dataDirectory, authorities, now),
      endorsementThreshold: consortium.parameters.endorsementThreshold,
    },
    authorities,
    serviceSigners,
  };
}

async function openMember(
  dataDirectory: string,
  { mspId, kind }: ConsortiumMember,
  ca: MemberCa,
  now: () => number,
): Promise<EmbeddedMember> {
  const directory = join(dataDirectory, 'peers', mspId);
  const peer = await openHeldIdentity(directory, ca, { ou: 'peer', days: NODE_DAYS }, now);
  return { ...ca.describeMsp(), state: kind === 'STATE', peer };
}

async function openService(
  dataDirectory: string,
  ca: MemberCa,
  now: () => number,
): Promise<Signer> {
  const directory = join(dataDirectory, 'services', ca.mspId);
  const { certificate, key } = await openHeldIdentity(
    directory,
    ca,
    { ou: 'client', role: 'system', keyCustody: 'gateway', days: SERVICE_DAYS },
    now,
  );
  return signerFromPem(ca.mspId, certificate, key);
}

/** One ordering identity, issued by the first member's authority: no added trust is claimed. */
async function openOrderer(
  dataDirectory: string,
  authorities: ReadonlyMap<string, MemberCa>,
  now: () => number,
): Promise<EmbeddedNetwork['orderer']> {
  const [ca] = authorities.values();
  const directory = join(dataDirectory, 'orderer');
  const orderer = await openHeldIdentity(directory, ca!, { ou: 'orderer', days: NODE_DAYS }, now);
  return { mspId: ca!.mspId, ...orderer };
}

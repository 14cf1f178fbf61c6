/** A consortium of two states, an exchange and a platform, with people, for tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemberCa } from '../../gateway/src/identity/ca.ts';
import { createCsr, generatePrivateKey, signerFromPem } from '../../gateway/src/identity/key.ts';
import {
  type EmbeddedIdentities,
  provisionEmbedded,
} from '../../gateway/src/identity/provision.ts';
import type { Signer } from '../../gateway/src/ledger/act.ts';

export interface TestMember {
  readonly mspId: string;
  readonly state: boolean;
}

export const TEST_MEMBERS: readonly TestMember[] = [
  { mspId: 'AlphaMSP', state: true },
  { mspId: 'BetaMSP', state: true },
  { mspId: 'GammaExchangeMSP', state: false },
  { mspId: 'DeltaPlatformMSP', state: false },
];

const NO_PROFILE = {
  acceptedOrders: [],
  acceptedAuthorisations: [],
  adoptedStandards: [],
  schemaVersions: { evidence: [], member: [] },
};

export interface TestConsortium extends EmbeddedIdentities {
  readonly directory: string;
  /** A new person of a member. */
  enrol(mspId: string, role?: string): Promise<Signer>;
  remove(): Promise<void>;
}

export async function createTestConsortium(
  members: readonly TestMember[] = TEST_MEMBERS,
  names: { channel?: string; chaincode?: string; threshold?: number } = {},
): Promise<TestConsortium> {
  const directory = await mkdtemp(join(tmpdir(), 'tabellion-ledger-'));
  const identities = await provisionEmbedded(join(directory, 'identities'), {
    name: 'Test consortium',
    channel: names.channel ?? 'evidence',
    chaincode: names.chaincode ?? 'tabellion',
    members: members.map(({ mspId, state }) => ({
      mspId,
      name: mspId,
      jurisdiction: 'XX',
      kind: state ? ('STATE' as const) : ('EXCHANGE' as const),
      profile: NO_PROFILE,
    })),
    parameters: {
      endorsementThreshold: names.threshold ?? 2,
      voteThresholdBps: 6000,
      batchMaxItems: 65_536,
      volatileGapSeconds: 3600,
      timeWindowSeconds: 900,
      noticeDelayMaxSeconds: 7_776_000,
      custodyGapSeconds: 86_400,
      objectionAnswerSeconds: 2_592_000,
      disclosureMaxSeconds: 7_776_000,
      labelFetchSeconds: 60,
    },
    reference: [],
    founding: { legalBasis: { id: 'test', version: 1 }, reason: 'test' },
  });
  return {
    ...identities,
    directory,
    enrol: (mspId, role = 'investigator') => enrolAt(identities.authorities.get(mspId)!, role),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

export async function enrolAt(authority: MemberCa, role: string): Promise<Signer> {
  const key = generatePrivateKey();
  const certificate = await authority.issue(await createCsr(key), {
    ou: 'client',
    role,
    keyCustody: 'person',
    days: 30,
  });
  return signerFromPem(authority.mspId, certificate, key);
}

/** Somebody with a certificate of an authority that only claims to be the member's. */
export async function enrolStranger(directory: string, mspId: string): Promise<Signer> {
  const impostor = await MemberCa.open({
    directory: join(directory, 'impostor'),
    mspId,
    embedded: true,
  });
  return enrolAt(impostor, 'investigator');
}

/** Three states and two exchanges, with keys and certificates of their own, at a fixed time. */
import { canonicalBytes, sha256, type Trust, toHex, utf8 } from '../src/index.ts';
import type { Signer } from './attestation.ts';
import { TestAuthority } from './authority.ts';

/** 2026-06-01T12:00:00Z: the present of every test. */
export const NOW = Date.UTC(2026, 5, 1, 12);
export const DAY = 86_400_000;

export interface TestMember {
  readonly mspId: string;
  readonly state: boolean;
  readonly authority: TestAuthority;
  readonly peer: Signer;
  readonly client: Signer;
}

export interface TestConsortium {
  /** By ascending MSP ID. */
  readonly members: readonly TestMember[];
  readonly trust: Trust;
  member(mspId: string): TestMember;
}

const MEMBERS = [
  { mspId: 'AlphaMSP', jurisdiction: 'AA', state: true },
  { mspId: 'BravoMSP', jurisdiction: 'BB', state: true },
  { mspId: 'CharlieMSP', jurisdiction: 'CC', state: true },
  { mspId: 'XrayExchangeMSP', jurisdiction: 'AA', state: false },
  { mspId: 'YankeeExchangeMSP', jurisdiction: 'BB', state: false },
] as const;

export async function createConsortium(ledger: 'embedded' | 'fabric'): Promise<TestConsortium> {
  const members = await Promise.all(
    MEMBERS.map(async ({ mspId, state }) => {
      const authority = await TestAuthority.create({
        name: `ca.${mspId}`,
        now: NOW,
        embedded: ledger === 'embedded',
      });
      const [peer, client] = await Promise.all([
        authority.issue({ ou: 'peer' }),
        authority.issue({ ou: 'client' }),
      ]);
      return { mspId, state, authority, peer: { mspId, ...peer }, client: { mspId, ...client } };
    }),
  );
  const trust: Trust = {
    type: 'tabellion.trust',
    v: 1,
    consortium: 'Test consortium',
    ledger,
    channel: 'evidence',
    genesis: toHex(sha256(utf8('genesis'))),
    chaincode: 'tabellion',
    members: MEMBERS.map(({ mspId, jurisdiction, state }, index) => ({
      mspId,
      name: mspId,
      jurisdiction,
      state,
      roots: [members[index]!.authority.rootPem],
      intermediates: [],
      revocations: [],
    })),
    endorsementThreshold: 2,
    definitions: [
      { sequence: 1, block: 3, transaction: 0 },
      { sequence: 2, block: 40, transaction: 1 },
    ],
  };
  return {
    members,
    trust,
    member: (mspId) => members.find((member) => member.mspId === mspId)!,
  };
}

/** The trust file with some member's lists replaced. */
export function withMember(
  trust: Trust,
  mspId: string,
  change: Partial<Trust['members'][number]>,
): Trust {
  const members = trust.members.map((member) =>
    member.mspId === mspId ? { ...member, ...change } : member,
  );
  return { ...trust, members };
}

export function trustBytes(trust: Trust): Uint8Array {
  return canonicalBytes(trust);
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mspPrincipal, peerPolicy, policies } from '../fabric/message.ts';
import {
  countEndorsers,
  describeSignaturePolicy,
  endorsementPolicy,
  evaluateSignaturePolicy,
  listPolicyMembers,
  memberPeerPolicy,
  readApplicationPolicy,
  type Signatory,
} from './signature-policy.ts';

const MEMBERS = [
  { mspId: 'A', state: true },
  { mspId: 'B', state: true },
  { mspId: 'X', state: false },
  { mspId: 'Y', state: false },
];
const peer = (mspId: string): Signatory => ({ mspId, role: 'PEER' });
const peers = (...mspIds: string[]) => mspIds.map(peer);

type Rule = InstanceType<typeof policies.SignaturePolicy>;
const { MSPRoleType } = mspPrincipal.MSPRole;

function by(index: number): Rule {
  const rule = new policies.SignaturePolicy();
  rule.setSignedBy(index);
  return rule;
}

function outOf(n: number, ...rules: Rule[]): Rule {
  const threshold = new policies.SignaturePolicy.NOutOf();
  threshold.setN(n);
  threshold.setRulesList(rules);
  const rule = new policies.SignaturePolicy();
  rule.setNOutOf(threshold);
  return rule;
}

function policy(rule: Rule, principals: [string, keyof typeof MSPRoleType][], version = 0) {
  const envelope = new policies.SignaturePolicyEnvelope();
  envelope.setVersion(version);
  envelope.setRule(rule);
  for (const [mspId, role] of principals) {
    const wanted = new mspPrincipal.MSPRole();
    wanted.setMspIdentifier(mspId);
    wanted.setRole(MSPRoleType[role]);
    const principal = new mspPrincipal.MSPPrincipal();
    principal.setPrincipal(wanted.serializeBinary());
    envelope.addIdentities(principal);
  }
  return envelope.serializeBinary();
}

describe('evaluateSignaturePolicy', () => {
  it('consumes a signer with the first principal that it satisfies', () => {
    const both = policy(outOf(2, by(0), by(0)), [['A', 'MEMBER']]);
    expect(evaluateSignaturePolicy(both, peers('A'))).toBe(false);
    expect(evaluateSignaturePolicy(both, peers('A', 'A'))).toBe(true);
  });

  it('is greedy, as Fabric is: a wide principal first can take the signer that a narrow one needs', () => {
    const principals: [string, keyof typeof MSPRoleType][] = [
      ['A', 'MEMBER'],
      ['A', 'PEER'],
    ];
    const signers: Signatory[] = [peer('A'), { mspId: 'A', role: 'CLIENT' }];
    expect(evaluateSignaturePolicy(policy(outOf(2, by(0), by(1)), principals), signers)).toBe(
      false,
    );
    expect(evaluateSignaturePolicy(policy(outOf(2, by(1), by(0)), principals), signers)).toBe(true);
  });

  it('gives signers back when a part fails', () => {
    const rule = outOf(1, outOf(2, by(0), by(1)), by(0));
    const bytes = policy(rule, [
      ['A', 'PEER'],
      ['B', 'PEER'],
    ]);
    expect(evaluateSignaturePolicy(bytes, peers('A'))).toBe(true);
  });

  it('tells roles apart; MEMBER is any of them', () => {
    const roles = ['CLIENT', 'PEER', 'ADMIN', 'ORDERER'] as const;
    for (const wanted of roles) {
      for (const role of roles) {
        const signer: Signatory[] = [{ mspId: 'A', role }];
        expect(evaluateSignaturePolicy(policy(by(0), [['A', wanted]]), signer)).toBe(
          role === wanted,
        );
        expect(evaluateSignaturePolicy(policy(by(0), [['A', 'MEMBER']]), signer)).toBe(true);
      }
    }
  });

  it('holds with nothing demanded and fails with nobody there', () => {
    expect(evaluateSignaturePolicy(policy(outOf(0), []), [])).toBe(true);
    expect(evaluateSignaturePolicy(memberPeerPolicy('A'), [])).toBe(false);
  });

  it('refuses policies of another version, without rule, or naming nobody', () => {
    const cases = [
      [policy(by(0), [['A', 'PEER']], 1), 'FABRIC_UNSUPPORTED'],
      [policy(by(3), [['A', 'PEER']]), 'FABRIC_MALFORMED'],
      [policy(new policies.SignaturePolicy(), [['A', 'PEER']]), 'FABRIC_MALFORMED'],
      [new Uint8Array(), 'FABRIC_MALFORMED'],
      [Uint8Array.of(0xff), 'FABRIC_MALFORMED'],
    ] as const;
    for (const [bytes, code] of cases) {
      expect(() => evaluateSignaturePolicy(bytes, peers('A'))).toThrow(
        expect.objectContaining({ code }),
      );
    }
  });
});

describe('endorsementPolicy', () => {
  it.each([
    [2, ['A'], false],
    [2, ['A', 'A'], false],
    [2, ['X', 'Y'], false],
    [2, ['A', 'B'], true],
    [2, ['X', 'B'], true],
    [3, ['A', 'X'], false],
    [3, ['A', 'X', 'Y'], true],
    [3, ['X', 'Y', 'X'], false],
    [1, ['X'], false],
    [1, ['B'], true],
  ] as [number, string[], boolean][])('with k = %d and %j gives %s', (k, signed, expected) => {
    expect(evaluateSignaturePolicy(endorsementPolicy(MEMBERS, k), peers(...signed))).toBe(expected);
  });

  it('means k distinct members, one of them a state, whoever signs in whatever order', () => {
    const ids = MEMBERS.map(({ mspId }) => mspId);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.constantFrom(...ids), { maxLength: 6 }),
        (k, signed) => {
          const distinct = new Set(signed);
          const hasState = MEMBERS.some(({ mspId, state }) => state && distinct.has(mspId));
          const holds = evaluateSignaturePolicy(endorsementPolicy(MEMBERS, k), peers(...signed));
          expect(holds).toBe(distinct.size >= k && hasState);
        },
      ),
    );
  });

  it('counts peers only', () => {
    const clients = MEMBERS.map(({ mspId }): Signatory => ({ mspId, role: 'CLIENT' }));
    expect(evaluateSignaturePolicy(endorsementPolicy(MEMBERS, 2), clients)).toBe(false);
  });
});

describe('memberPeerPolicy', () => {
  it("is satisfied by that member's peer alone", () => {
    expect(evaluateSignaturePolicy(memberPeerPolicy('B'), peers('A', 'B'))).toBe(true);
    expect(evaluateSignaturePolicy(memberPeerPolicy('B'), peers('A', 'X'))).toBe(false);
  });
});

describe('readApplicationPolicy', () => {
  it('tells a signature policy from a reference', () => {
    const signature = new peerPolicy.ApplicationPolicy();
    const envelope = memberPeerPolicy('A');
    signature.setSignaturePolicy(policies.SignaturePolicyEnvelope.deserializeBinary(envelope));
    expect(readApplicationPolicy(signature.serializeBinary())).toEqual({
      kind: 'signature',
      envelope,
    });
    const reference = new peerPolicy.ApplicationPolicy();
    reference.setChannelConfigPolicyReference('/Channel/Application/Endorsement');
    expect(readApplicationPolicy(reference.serializeBinary())).toEqual({
      kind: 'reference',
      name: '/Channel/Application/Endorsement',
    });
  });
});

describe('describeSignaturePolicy', () => {
  const describePeers = (rule: Rule, ...mspIds: string[]) =>
    describeSignaturePolicy(
      policy(
        rule,
        mspIds.map((mspId) => [mspId, 'PEER']),
      ),
    );

  it('tells policies apart by what they ask for, not by how they list it', () => {
    const text = describePeers(outOf(2, by(0), by(1)), 'A', 'B');
    expect(describePeers(outOf(2, by(1), by(0)), 'A', 'B')).toBe(text);
    expect(describePeers(outOf(2, by(0), by(2)), 'B', 'X', 'A')).toBe(text);
    expect(describePeers(outOf(2, by(0), by(2)), 'A', 'A', 'B')).toBe(text);
    expect(describePeers(outOf(1, by(0), by(1)), 'A', 'B')).not.toBe(text);
    expect(describePeers(outOf(2, by(0), by(1)), 'A', 'X')).not.toBe(text);
    const clients = policy(outOf(2, by(0), by(1)), [
      ['A', 'CLIENT'],
      ['B', 'PEER'],
    ]);
    expect(describeSignaturePolicy(clients)).not.toBe(text);
  });

  it('knows the endorsement policy whatever the order of the members, and no other threshold', () => {
    const text = describeSignaturePolicy(endorsementPolicy(MEMBERS, 2));
    expect(describeSignaturePolicy(endorsementPolicy(MEMBERS.toReversed(), 2))).toBe(text);
    expect(describeSignaturePolicy(endorsementPolicy(MEMBERS, 3))).not.toBe(text);
    expect(describeSignaturePolicy(endorsementPolicy(MEMBERS.slice(1), 2))).not.toBe(text);
  });
});

it('listPolicyMembers names each member once', () => {
  expect(listPolicyMembers(endorsementPolicy(MEMBERS, 2))).toEqual(['A', 'B', 'X', 'Y']);
});

it.each([1, 2, 3, 4])('countEndorsers finds that %i are asked for', (threshold) => {
  expect(countEndorsers(endorsementPolicy(MEMBERS, threshold))).toBe(threshold);
});

it('countEndorsers finds no number for a policy that all together do not meet', () => {
  expect(countEndorsers(endorsementPolicy(MEMBERS, 5))).toBeUndefined();
});

/** Fabric's signature policies: who must have signed, with Fabric's own rule of counting. */

import { toHex } from '../bytes/encoding.ts';
import { FabricError } from '../fabric/error.ts';
import { decodeExact, mspPrincipal, peerPolicy, policies, required } from '../fabric/message.ts';
import type { Role } from '../x509/msp.ts';

/** A validated signer. Each signer stands once, however often it signed. */
export interface Signatory {
  readonly mspId: string;
  readonly role: Role;
}

type Rule = InstanceType<typeof policies.SignaturePolicy>;
type Principal = InstanceType<typeof mspPrincipal.MSPPrincipal>;
const { MSPRoleType } = mspPrincipal.MSPRole;

/**
 * Evaluates `common.SignaturePolicyEnvelope` bytes as Fabric's cauthdsl does: rules are tried in
 * order, each signer is consumed by the first principal that it satisfies, and a rule that fails gives
 * its signers back. Principals other than roles are never satisfied here.
 * @throws FabricError when the bytes are no policy.
 */
export function evaluateSignaturePolicy(
  envelopeBytes: Uint8Array,
  signatories: readonly Signatory[],
): boolean {
  const envelope = decodeExact(policies.SignaturePolicyEnvelope, envelopeBytes, 'policy');
  if (envelope.getVersion() !== 0) {
    throw new FabricError('FABRIC_UNSUPPORTED', 'a policy of another version');
  }
  const satisfies = envelope.getIdentitiesList().map(readPrincipal);
  const rule = required(envelope.getRule(), 'policy rule');
  return consume(rule, satisfies, signatories, new Set()) !== null;
}

type Consumed = ReadonlySet<number>;

/** The signers consumed once the rule holds, or null when it does not. */
function consume(
  rule: Rule,
  principals: readonly ((signatory: Signatory) => boolean)[],
  signatories: readonly Signatory[],
  used: Consumed,
): Consumed | null {
  const threshold = rule.getNOutOf();
  if (threshold) {
    let held = 0;
    let consumed = used;
    for (const part of threshold.getRulesList()) {
      const next = consume(part, principals, signatories, consumed);
      if (next) {
        held += 1;
        consumed = next;
      }
    }
    return held >= threshold.getN() ? consumed : null;
  }
  const satisfied = principals[rule.getSignedBy()];
  if (!rule.hasSignedBy() || !satisfied) {
    throw new FabricError('FABRIC_MALFORMED', 'a policy rule that names nobody');
  }
  const found = signatories.findIndex((one, index) => !used.has(index) && satisfied(one));
  return found < 0 ? null : new Set(used).add(found);
}

function readPrincipal(principal: Principal): (signatory: Signatory) => boolean {
  const role = readRole(principal);
  if (!role) return () => false;
  const mspId = role.getMspIdentifier();
  const wanted = role.getRole();
  return (signatory) =>
    signatory.mspId === mspId &&
    (wanted === MSPRoleType.MEMBER || wanted === MSPRoleType[signatory.role]);
}

/** Undefined for principals that are no role. */
function readRole(principal: Principal) {
  const { ROLE } = mspPrincipal.MSPPrincipal.Classification;
  if (principal.getPrincipalClassification() !== ROLE) return undefined;
  return decodeExact(mspPrincipal.MSPRole, principal.getPrincipal_asU8(), 'role');
}

/**
 * One text for all policies that differ in nothing but the order of their parts, or in how often they
 * list an identity: Fabric's own tools write the same policy with other bytes.
 * @throws FabricError when the bytes are no policy.
 */
export function describeSignaturePolicy(envelopeBytes: Uint8Array): string {
  const envelope = decodeExact(policies.SignaturePolicyEnvelope, envelopeBytes, 'policy');
  const names = envelope.getIdentitiesList().map(describePrincipal);
  const describe = (rule: Rule): string => {
    const threshold = rule.getNOutOf();
    if (!threshold) return names[rule.getSignedBy()] ?? 'nobody';
    return `${threshold.getN()} of (${threshold.getRulesList().map(describe).sort().join(', ')})`;
  };
  return `${envelope.getVersion()}: ${describe(required(envelope.getRule(), 'policy rule'))}`;
}

/** MSP IDs that a policy names, each once, ascending. @throws FabricError. */
export function listPolicyMembers(envelopeBytes: Uint8Array): string[] {
  const envelope = decodeExact(policies.SignaturePolicyEnvelope, envelopeBytes, 'policy');
  const ids = envelope
    .getIdentitiesList()
    .flatMap((one) => readRole(one)?.getMspIdentifier() ?? []);
  return [...new Set(ids)].sort();
}

/**
 * How many distinct members' peers satisfy a policy of {@link endorsementPolicy}'s kind; undefined where
 * not even all of them do. @throws FabricError.
 */
export function countEndorsers(envelopeBytes: Uint8Array): number | undefined {
  const members = listPolicyMembers(envelopeBytes);
  const isEnough = (first: string, count: number) => {
    const others = members.filter((mspId) => mspId !== first).slice(0, count - 1);
    const peers = [first, ...others].map((mspId) => ({ mspId, role: 'PEER' as const }));
    return evaluateSignaturePolicy(envelopeBytes, peers);
  };
  // Any of them may be the state without which no number suffices.
  const counts = members.map((_, index) => index + 1);
  return counts.find((count) => members.some((first) => isEnough(first, count)));
}

function describePrincipal(principal: Principal): string {
  const role = readRole(principal);
  return role ? `${role.getMspIdentifier()}.${role.getRole()}` : toHex(principal.serializeBinary());
}

/**
 * The chaincode's endorsement policy: k distinct members' peers, one of them a state's. Written as OR
 * over the states s of AND(s.peer, k−1 of the other members' peers), because signers are consumed.
 */
export function endorsementPolicy(
  members: readonly { readonly mspId: string; readonly state: boolean }[],
  threshold: number,
): Uint8Array {
  const peer = (index: number) => signedBy(index);
  const choices = members.flatMap((member, index) => {
    if (!member.state) return [];
    const others = members.flatMap((_, other) => (other === index ? [] : [peer(other)]));
    return threshold > 1
      ? [nOutOf(2, [peer(index), nOutOf(threshold - 1, others)])]
      : [peer(index)];
  });
  return envelopeOf(
    nOutOf(1, choices),
    members.map(({ mspId }) => peerOf(mspId)),
  );
}

/** The policy that one peer of one member satisfies: implicit collections, key-level policies. */
export function memberPeerPolicy(mspId: string): Uint8Array {
  return outOf(1, [peerOf(mspId)]);
}

/** `common.SignaturePolicyEnvelope` bytes: signatures of `threshold` of these principals. */
export function outOf(threshold: number, principals: readonly Principal[]): Uint8Array {
  const rules = principals.map((_, index) => signedBy(index));
  return envelopeOf(nOutOf(threshold, rules), principals);
}

/** `peer.ApplicationPolicy`: a signature policy, or the name of one in the channel's configuration. */
export type ApplicationPolicy =
  | { readonly kind: 'signature'; readonly envelope: Uint8Array }
  | { readonly kind: 'reference'; readonly name: string };

/** @throws FabricError. */
export function readApplicationPolicy(bytes: Uint8Array): ApplicationPolicy {
  const policy = decodeExact(peerPolicy.ApplicationPolicy, bytes, 'application policy');
  const signature = policy.getSignaturePolicy();
  if (signature) return { kind: 'signature', envelope: signature.serializeBinary() };
  return { kind: 'reference', name: policy.getChannelConfigPolicyReference() };
}

function signedBy(index: number): Rule {
  const rule = new policies.SignaturePolicy();
  rule.setSignedBy(index);
  return rule;
}

function nOutOf(n: number, rules: Rule[]): Rule {
  const threshold = new policies.SignaturePolicy.NOutOf();
  threshold.setN(n);
  threshold.setRulesList(rules);
  const rule = new policies.SignaturePolicy();
  rule.setNOutOf(threshold);
  return rule;
}

function envelopeOf(rule: Rule, principals: readonly Principal[]): Uint8Array {
  const envelope = new policies.SignaturePolicyEnvelope();
  envelope.setRule(rule);
  envelope.setIdentitiesList([...principals]);
  return envelope.serializeBinary();
}

function peerOf(mspId: string): Principal {
  const role = new mspPrincipal.MSPRole();
  role.setMspIdentifier(mspId);
  role.setRole(MSPRoleType.PEER);
  const principal = new mspPrincipal.MSPPrincipal();
  principal.setPrincipal(role.serializeBinary());
  return principal;
}

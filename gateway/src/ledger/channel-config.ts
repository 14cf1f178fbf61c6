/** Parts of a channel's configuration in Fabric's encoding, whoever orders the channel. */
import { common, msp } from '@hyperledger/fabric-protos';
import type { MemberMsp, Pem } from './embedded/network.ts';

/** Policy that may change a part of the configuration. */
export const ADMINS = 'Admins';

/** With kinds of identity told by organisational unit. */
export function mspConfig(member: MemberMsp, tlsRoots: readonly Pem[] = []): msp.MSPConfig {
  const [root] = member.roots;
  const unit = (name: string) => {
    const identifier = new msp.FabricOUIdentifier();
    identifier.setOrganizationalUnitIdentifier(name);
    // Without a certificate the unit would hold for every root; with one, for the first root's line.
    if (member.roots.length === 1) identifier.setCertificate(Buffer.from(root!));
    return identifier;
  };
  const units = new msp.FabricNodeOUs();
  units.setEnable(true);
  units.setClientOuIdentifier(unit('client'));
  units.setPeerOuIdentifier(unit('peer'));
  units.setAdminOuIdentifier(unit('admin'));
  units.setOrdererOuIdentifier(unit('orderer'));
  const crypto = new msp.FabricCryptoConfig();
  crypto.setSignatureHashFamily('SHA2');
  crypto.setIdentityIdentifierHashFunction('SHA256');
  const fabric = new msp.FabricMSPConfig();
  fabric.setName(member.mspId);
  fabric.setRootCertsList(member.roots.map((pem) => Buffer.from(pem)));
  fabric.setIntermediateCertsList(member.intermediates.map((pem) => Buffer.from(pem)));
  fabric.setRevocationListList(member.revocations.map((pem) => Buffer.from(pem)));
  fabric.setTlsRootCertsList(tlsRoots.map((pem) => Buffer.from(pem)));
  fabric.setCryptoConfig(crypto);
  fabric.setFabricNodeOus(units);
  const config = new msp.MSPConfig();
  config.setConfig(fabric.serializeBinary());
  return config;
}

export interface Encodable {
  serializeBinary(): Uint8Array;
}

/** A group whose every part only the administrators may change. */
export function group(parts: {
  groups?: Record<string, common.ConfigGroup>;
  values: Record<string, Encodable>;
  policies: Record<string, common.Policy>;
}): common.ConfigGroup {
  const message = new common.ConfigGroup();
  message.setModPolicy(ADMINS);
  for (const [name, child] of Object.entries(parts.groups ?? {})) {
    message.getGroupsMap().set(name, child);
  }
  for (const [name, content] of Object.entries(parts.values)) {
    const value = new common.ConfigValue();
    value.setModPolicy(ADMINS);
    value.setValue(content.serializeBinary());
    message.getValuesMap().set(name, value);
  }
  for (const [name, content] of Object.entries(parts.policies)) {
    const policy = new common.ConfigPolicy();
    policy.setModPolicy(ADMINS);
    policy.setPolicy(content);
    message.getPoliciesMap().set(name, policy);
  }
  return message;
}

export function capabilities(version: string): common.Capabilities {
  const message = new common.Capabilities();
  message.getCapabilitiesMap().set(version, new common.Capability());
  return message;
}

export function signaturePolicy(envelope: Uint8Array): common.Policy {
  const policy = new common.Policy();
  policy.setType(common.Policy.PolicyType.SIGNATURE);
  policy.setValue(envelope);
  return policy;
}

export function implicitPolicy(
  subPolicy: string,
  rule: keyof typeof common.ImplicitMetaPolicy.Rule,
): common.Policy {
  const content = new common.ImplicitMetaPolicy();
  content.setSubPolicy(subPolicy);
  content.setRule(common.ImplicitMetaPolicy.Rule[rule]);
  const policy = new common.Policy();
  policy.setType(common.Policy.PolicyType.IMPLICIT_META);
  policy.setValue(content.serializeBinary());
  return policy;
}

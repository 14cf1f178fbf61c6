/**
 * Changes of a channel's configuration, as its members sign them: what was read and what is written,
 * part by part with versions, as configtxlator's compute_update gives it.
 */
import { common, msp } from '@hyperledger/fabric-protos';
import { signaturePolicy } from '../../gateway/src/ledger/channel-config.ts';
import { quorumPolicy } from './genesis.ts';

const { ConfigGroup, ConfigPolicy, ConfigValue } = common;
type Group = common.ConfigGroup;

/** The configuration that a configuration block carries. */
export function decodeConfig(blockBytes: Uint8Array): common.Config {
  const block = common.Block.deserializeBinary(blockBytes);
  const [envelope] = block.getData()!.getDataList_asU8();
  const payload = common.Payload.deserializeBinary(
    common.Envelope.deserializeBinary(envelope!).getPayload_asU8(),
  );
  return common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig()!;
}

/** `common.Envelope` bytes to be signed by members' administrators; null where nothing changes. */
export function encodeUpdate(channel: string, original: Group, updated: Group): Uint8Array | null {
  const { read, write, changed } = compareGroups(original, updated);
  if (!changed) return null;
  const update = new common.ConfigUpdate();
  update.setChannelId(channel);
  update.setReadSet(read);
  update.setWriteSet(write);
  const signed = new common.ConfigUpdateEnvelope();
  signed.setConfigUpdate(update.serializeBinary());
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.CONFIG_UPDATE);
  channelHeader.setChannelId(channel);
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(signed.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  return envelope.serializeBinary();
}

/** Takes a member from a configuration that has it: its organisation, twice, and its ordering node. */
export function admitMember(group: Group, complete: Group, mspId: string): Group {
  const updated = group.cloneMessage();
  for (const part of ['Application', 'Orderer']) {
    const target = updated.getGroupsMap().get(part)!;
    target.getGroupsMap().set(mspId, child(complete, part, mspId));
  }
  const ordering = updated.getGroupsMap().get('Orderer')!;
  const source = complete.getGroupsMap().get('Orderer')!;
  ordering.getValuesMap().set('Orderers', source.getValuesMap().get('Orderers')!);
  ordering.getPoliciesMap().set('BlockValidation', source.getPoliciesMap().get('BlockValidation')!);
  return updated;
}

/** Puts a member's revocation list in force, wherever its organisation stands. */
export function revokeAt(group: Group, mspId: string, crl: string): Group {
  const updated = group.cloneMessage();
  for (const part of ['Application', 'Orderer']) {
    const value = child(updated, part, mspId).getValuesMap().get('MSP')!;
    const outer = msp.MSPConfig.deserializeBinary(value.getValue_asU8());
    const inner = msp.FabricMSPConfig.deserializeBinary(outer.getConfig_asU8());
    inner.setRevocationListList([Buffer.from(crl)]);
    outer.setConfig(inner.serializeBinary());
    value.setValue(outer.serializeBinary());
  }
  return updated;
}

/** Certificates of an ordering node, PEM. */
export interface ConsenterCertificates {
  readonly identity: string;
  /** For its server and for its connections to the others. */
  readonly tls: string;
}

/** Has a member's ordering node known by other certificates, in the mapping and in the quorum of blocks. */
export function recertifyConsenter(
  group: Group,
  mspId: string,
  { identity, tls }: ConsenterCertificates,
): Group {
  const updated = group.cloneMessage();
  const ordering = updated.getGroupsMap().get('Orderer')!;
  const value = ordering.getValuesMap().get('Orderers')!;
  const orderers = common.Orderers.deserializeBinary(value.getValue_asU8());
  const mapping = orderers.getConsenterMappingList();
  const own = mapping.find((consenter) => consenter.getMspId() === mspId);
  if (!own) throw new Error(`the channel has no ordering node of ${mspId}`);
  own.setIdentity(Buffer.from(identity));
  own.setClientTlsCert(Buffer.from(tls));
  own.setServerTlsCert(Buffer.from(tls));
  value.setValue(orderers.serializeBinary());
  const policy = ordering.getPoliciesMap().get('BlockValidation')!;
  policy.setPolicy(signaturePolicy(quorumPolicy(mapping)));
  return updated;
}

function child(group: Group, part: string, mspId: string): Group {
  const found = group.getGroupsMap().get(part)?.getGroupsMap().get(mspId);
  if (!found) throw new Error(`the channel's ${part} has no organisation ${mspId}`);
  return found;
}

interface Comparison {
  readonly read: Group;
  readonly write: Group;
  readonly changed: boolean;
}

/** A part whose members stay is written with its old version, one that gains or loses some with the next. */
function compareGroups(original: Group, updated: Group): Comparison {
  const version = original.getVersion();
  const read = new ConfigGroup();
  const write = new ConfigGroup();
  read.setVersion(version);
  /** Named again only if the group's own version moves: its members are then counted up in full. */
  const unchanged: ((side: Group) => void)[] = [];
  let touched = false;
  let membersMoved = original.getModPolicy() !== updated.getModPolicy();

  for (const name of namesOf(original.getValuesMap(), updated.getValuesMap())) {
    const before = original.getValuesMap().get(name);
    const after = updated.getValuesMap().get(name);
    if (!before || !after) membersMoved = true;
    if (!after) continue;
    const value = new ConfigValue();
    if (before && isSame(before, after)) {
      value.setVersion(before.getVersion());
      unchanged.push((side) => side.getValuesMap().set(name, value));
      continue;
    }
    value.setVersion(before ? before.getVersion() + 1 : 0);
    value.setModPolicy(after.getModPolicy());
    value.setValue(after.getValue_asU8());
    write.getValuesMap().set(name, value);
    touched = true;
  }
  for (const name of namesOf(original.getPoliciesMap(), updated.getPoliciesMap())) {
    const before = original.getPoliciesMap().get(name);
    const after = updated.getPoliciesMap().get(name);
    if (!before || !after) membersMoved = true;
    if (!after) continue;
    const policy = new ConfigPolicy();
    if (before && isSame(before, after)) {
      policy.setVersion(before.getVersion());
      unchanged.push((side) => side.getPoliciesMap().set(name, policy));
      continue;
    }
    policy.setVersion(before ? before.getVersion() + 1 : 0);
    policy.setModPolicy(after.getModPolicy());
    policy.setPolicy(after.getPolicy());
    write.getPoliciesMap().set(name, policy);
    touched = true;
  }
  for (const name of namesOf(original.getGroupsMap(), updated.getGroupsMap())) {
    const before = original.getGroupsMap().get(name);
    const after = updated.getGroupsMap().get(name);
    if (!before || !after) membersMoved = true;
    if (!after) continue;
    const part = compareGroups(before ?? new ConfigGroup(), after);
    if (!before) {
      part.write.setVersion(0);
      part.write.setModPolicy(after.getModPolicy());
      write.getGroupsMap().set(name, part.write);
      touched = true;
    } else if (part.changed) {
      read.getGroupsMap().set(name, part.read);
      write.getGroupsMap().set(name, part.write);
      touched = true;
    } else {
      unchanged.push((side) => side.getGroupsMap().set(name, part.read));
    }
  }

  write.setVersion(membersMoved ? version + 1 : version);
  if (membersMoved) {
    write.setModPolicy(updated.getModPolicy());
    for (const name of unchanged) {
      name(read);
      name(write);
    }
  }
  return { read, write, changed: touched || membersMoved };
}

interface Named {
  keys(): { next(): { done?: boolean | undefined; value: string } };
  getLength(): number;
}

/** Ascending, each once. */
function namesOf(...maps: readonly Named[]): string[] {
  const names = new Set<string>();
  for (const map of maps) {
    const keys = map.keys();
    for (let next = keys.next(); !next.done; next = keys.next()) names.add(next.value);
  }
  return [...names].sort();
}

/** But for the version, which only the channel counts. */
function isSame<
  T extends {
    cloneMessage(): T;
    setVersion(version: number): unknown;
    serializeBinary(): Uint8Array;
  },
>(a: T, b: T): boolean {
  const [first, second] = [a, b].map((part) => {
    const copy = part.cloneMessage();
    copy.setVersion(0);
    return Buffer.from(copy.serializeBinary());
  });
  return first!.equals(second!);
}

/** The channel's configuration in Fabric's encoding: who takes part and under which policies. */
import { common, msp, orderer } from '@hyperledger/fabric-protos';
import timestampPb from 'google-protobuf/google/protobuf/timestamp_pb.js';
import {
  ADMINS,
  capabilities,
  group,
  implicitPolicy,
  mspConfig,
  signaturePolicy,
} from '../channel-config.ts';
import { encodeEnvelope } from '../transaction.ts';
import type { EmbeddedNetwork, MemberMsp } from './network.ts';
import { rolePolicy } from './role-policy.ts';

const { MSPRoleType } = msp.MSPRole;

export interface ChannelConfig {
  readonly network: EmbeddedNetwork;
  /** The MSPs in force; they may be newer than the network's. */
  readonly msps: readonly MemberMsp[];
  readonly sequence: number;
}

/** The envelope of a CONFIG block. It bears no signature: one operator holds all keys. */
export function encodeConfigEnvelope(config: ChannelConfig, at: number): Uint8Array {
  const message = new common.Config();
  message.setSequence(config.sequence);
  message.setChannelGroup(channelGroup(config));
  const envelope = new common.ConfigEnvelope();
  envelope.setConfig(message);

  const timestamp = new timestampPb.Timestamp();
  timestamp.setSeconds(Math.floor(at / 1000));
  timestamp.setNanos((at % 1000) * 1_000_000);
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.CONFIG);
  channelHeader.setTimestamp(timestamp);
  channelHeader.setChannelId(config.network.channel);
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(new common.SignatureHeader().serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(envelope.serializeBinary());
  return encodeEnvelope(payload.serializeBinary(), new Uint8Array());
}

function channelGroup(config: ChannelConfig): common.ConfigGroup {
  const hashing = new common.HashingAlgorithm();
  hashing.setName('SHA256');
  const width = new common.BlockDataHashingStructure();
  width.setWidth(0xffffffff);
  return group({
    groups: { Application: applicationGroup(config), Orderer: ordererGroup(config) },
    values: {
      BlockDataHashingStructure: width,
      Capabilities: capabilities('V3_0'),
      HashingAlgorithm: hashing,
    },
    policies: implicitPolicies(),
  });
}

function applicationGroup({ msps }: ChannelConfig): common.ConfigGroup {
  return group({
    groups: Object.fromEntries(msps.map((member) => [member.mspId, memberGroup(member)])),
    values: { Capabilities: capabilities('V2_5') },
    policies: {
      ...implicitPolicies(),
      Endorsement: implicitPolicy('Endorsement', 'MAJORITY'),
      LifecycleEndorsement: implicitPolicy('Endorsement', 'MAJORITY'),
    },
  });
}

function memberGroup(member: MemberMsp): common.ConfigGroup {
  const { ADMIN, CLIENT, PEER } = MSPRoleType;
  const anyOf = (...roles: (typeof ADMIN | typeof CLIENT | typeof PEER)[]) =>
    signaturePolicy(rolePolicy(member.mspId, roles));
  return group({
    values: { MSP: mspConfig(member) },
    policies: {
      [ADMINS]: anyOf(ADMIN),
      Endorsement: anyOf(PEER),
      Readers: anyOf(ADMIN, PEER, CLIENT),
      Writers: anyOf(ADMIN, CLIENT),
    },
  });
}

function ordererGroup({ network, msps }: ChannelConfig): common.ConfigGroup {
  const { mspId } = network.orderer;
  const member = msps.find((candidate) => candidate.mspId === mspId);
  if (!member) throw new RangeError(`the orderer's MSP ${mspId} is no member's`);
  const type = new orderer.ConsensusType();
  type.setType('embedded');
  const signers = signaturePolicy(rolePolicy(mspId, [MSPRoleType.ORDERER]));
  return group({
    groups: {
      [mspId]: group({
        values: { MSP: mspConfig(member) },
        policies: { [ADMINS]: signers, Readers: signers, Writers: signers },
      }),
    },
    values: { Capabilities: capabilities('V2_0'), ConsensusType: type },
    policies: { ...implicitPolicies(), BlockValidation: implicitPolicy('Writers', 'ANY') },
  });
}

function implicitPolicies(): Record<string, common.Policy> {
  return {
    [ADMINS]: implicitPolicy(ADMINS, 'MAJORITY'),
    Readers: implicitPolicy('Readers', 'ANY'),
    Writers: implicitPolicy('Writers', 'ANY'),
  };
}

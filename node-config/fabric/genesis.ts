/**
 * The channel's genesis block as configtxgen writes it, for places without that program: since
 * version 3 Fabric publishes no image with it.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { common, msp, orderer, peer } from '@hyperledger/fabric-protos';
import { blockDataHash, computeTxId, outOf } from '@tabellion/proof';
import timestampPb from 'google-protobuf/google/protobuf/timestamp_pb.js';
import { unlessAbsent } from '../../gateway/src/identity/private-file.ts';
import {
  capabilities,
  type Encodable,
  group,
  implicitPolicy,
  mspConfig,
  signaturePolicy,
} from '../../gateway/src/ledger/channel-config.ts';
import { rolePolicy } from '../../gateway/src/ledger/embedded/role-policy.ts';
import { encodeEnvelope } from '../../gateway/src/ledger/transaction.ts';
import { describeChannel } from './configtx.ts';
import { channelDirectory } from './layout.ts';
import type { Topology } from './topology.ts';

type Channel = ReturnType<typeof describeChannel>;
type Organisation = Channel['Application']['Organizations'][number];
type PolicyText = { readonly Type: string; readonly Rule: string };

/** `common.Block` bytes; reads the members' public files below `directory`. */
export async function encodeGenesisBlock(
  directory: string,
  topology: Topology,
): Promise<Uint8Array> {
  const channel = describeChannel(topology);
  const read = (path: string) => readFile(resolve(channelDirectory(directory), path));
  const config = new common.Config();
  config.setChannelGroup(await channelGroup(channel, read));
  const envelope = new common.ConfigEnvelope();
  envelope.setConfig(config);
  return encodeFirstBlock(encodeConfig(topology.consortium.channel, envelope));
}

type Read = (path: string) => Promise<Buffer>;

async function channelGroup(channel: Channel, read: Read): Promise<common.ConfigGroup> {
  const hashing = new common.HashingAlgorithm();
  hashing.setName('SHA256');
  const width = new common.BlockDataHashingStructure();
  width.setWidth(0xffffffff);
  return group({
    groups: {
      Application: await applicationGroup(channel.Application, read),
      Orderer: await ordererGroup(channel.Orderer, read),
    },
    values: {
      BlockDataHashingStructure: width,
      Capabilities: capabilitiesOf(channel),
      HashingAlgorithm: hashing,
    },
    policies: encodePolicies(channel.Policies),
  });
}

async function applicationGroup(application: Channel['Application'], read: Read) {
  return group({
    groups: await organisationGroups(application.Organizations, read, ({ AnchorPeers }) => {
      const anchors = new peer.AnchorPeers();
      anchors.setAnchorPeersList(
        AnchorPeers.map(({ Host, Port }) => {
          const anchor = new peer.AnchorPeer();
          anchor.setHost(Host);
          anchor.setPort(Port);
          return anchor;
        }),
      );
      return { AnchorPeers: anchors };
    }),
    values: { Capabilities: capabilitiesOf(application) },
    policies: encodePolicies(application.Policies),
  });
}

async function ordererGroup(ordering: Channel['Orderer'], read: Read) {
  const consenters = await Promise.all(
    ordering.ConsenterMapping.map(async (mapping) => {
      const consenter = new common.Consenter();
      consenter.setId(mapping.ID);
      consenter.setHost(mapping.Host);
      consenter.setPort(mapping.Port);
      consenter.setMspId(mapping.MSPID);
      consenter.setIdentity(await read(mapping.Identity));
      consenter.setClientTlsCert(await read(mapping.ClientTLSCert));
      consenter.setServerTlsCert(await read(mapping.ServerTLSCert));
      return consenter;
    }),
  );
  const orderers = new common.Orderers();
  orderers.setConsenterMappingList(consenters);
  const size = new orderer.BatchSize();
  size.setMaxMessageCount(ordering.BatchSize.MaxMessageCount);
  size.setAbsoluteMaxBytes(ordering.BatchSize.AbsoluteMaxBytes);
  size.setPreferredMaxBytes(ordering.BatchSize.PreferredMaxBytes);
  const timeout = new orderer.BatchTimeout();
  timeout.setTimeout(ordering.BatchTimeout);
  const type = new orderer.ConsensusType();
  type.setType(ordering.OrdererType);
  type.setMetadata(encodeSmartBft(ordering.SmartBFT));
  return group({
    groups: await organisationGroups(ordering.Organizations, read, ({ OrdererEndpoints }) => {
      const endpoints = new common.OrdererAddresses();
      endpoints.setAddressesList(OrdererEndpoints);
      return { Endpoints: endpoints };
    }),
    values: {
      BatchSize: size,
      BatchTimeout: timeout,
      Capabilities: capabilitiesOf(ordering),
      ChannelRestrictions: new orderer.ChannelRestrictions(),
      ConsensusType: type,
      Orderers: orderers,
    },
    policies: {
      ...encodePolicies(ordering.Policies),
      BlockValidation: signaturePolicy(quorumPolicy(consenters)),
    },
  });
}

function encodeSmartBft(settings: Channel['Orderer']['SmartBFT']): Uint8Array {
  const options = new orderer.smartbft.Options();
  options.setRequestBatchMaxCount(settings.RequestBatchMaxCount);
  options.setRequestBatchMaxBytes(settings.RequestBatchMaxBytes);
  options.setRequestBatchMaxInterval(settings.RequestBatchMaxInterval);
  options.setIncomingMessageBufferSize(settings.IncomingMessageBufferSize);
  options.setRequestPoolSize(settings.RequestPoolSize);
  options.setRequestForwardTimeout(settings.RequestForwardTimeout);
  options.setRequestComplainTimeout(settings.RequestComplainTimeout);
  options.setRequestAutoRemoveTimeout(settings.RequestAutoRemoveTimeout);
  options.setViewChangeResendInterval(settings.ViewChangeResendInterval);
  options.setViewChangeTimeout(settings.ViewChangeTimeout);
  options.setLeaderHeartbeatTimeout(settings.LeaderHeartbeatTimeout);
  options.setLeaderHeartbeatCount(settings.LeaderHeartbeatCount);
  options.setCollectTimeout(settings.CollectTimeout);
  options.setSyncOnStart(settings.SyncOnStart);
  options.setSpeedUpViewChange(settings.SpeedUpViewChange);
  return options.serializeBinary();
}

async function organisationGroups(
  organisations: readonly Organisation[],
  read: Read,
  valuesOf: (organisation: Organisation) => Record<string, Encodable>,
): Promise<Record<string, common.ConfigGroup>> {
  const groups = organisations.map(async (organisation) => {
    const { ID, MSPDir, Name, Policies } = organisation;
    const text = async (...path: string[]) => (await read(join(MSPDir, ...path))).toString();
    const revoked = await unlessAbsent(text('crls', 'crl.pem'));
    const known = {
      mspId: ID,
      roots: [await text('cacerts', 'ca.pem')],
      intermediates: [],
      revocations: revoked === undefined ? [] : [revoked],
    };
    const config = mspConfig(known, [await text('tlscacerts', 'ca.pem')]);
    const values = { MSP: config, ...valuesOf(organisation) };
    return [Name, group({ values, policies: encodePolicies(Policies) })] as const;
  });
  return Object.fromEntries(await Promise.all(groups));
}

function capabilitiesOf(part: {
  readonly Capabilities: Record<string, boolean>;
}): common.Capabilities {
  const [version] = Object.keys(part.Capabilities);
  return capabilities(version!);
}

const encodePolicies = (policies: Readonly<Record<string, PolicyText>>) =>
  Object.fromEntries(Object.entries(policies).map(([name, text]) => [name, encodePolicy(text)]));

/** `ANY Readers`, or any of one member's roles: `OR('M.admin', 'M.client')`. */
function encodePolicy({ Type, Rule }: PolicyText): common.Policy {
  if (Type === 'ImplicitMeta') {
    const [rule, subPolicy] = Rule.split(' ') as ['ANY' | 'ALL' | 'MAJORITY', string];
    return implicitPolicy(subPolicy, rule);
  }
  const principals = [...Rule.matchAll(/'([^']+)\.([a-z]+)'/g)];
  const roles = principals.map(
    ([, , role]) =>
      msp.MSPRole.MSPRoleType[role!.toUpperCase() as keyof typeof msp.MSPRole.MSPRoleType],
  );
  return signaturePolicy(rolePolicy(principals[0]![1]!, roles));
}

/** Signatures of a Byzantine quorum of these very identities: ceil((n + f + 1) / 2), n > 3f. */
export function quorumPolicy(consenters: readonly common.Consenter[]): Uint8Array {
  const faulty = Math.floor((consenters.length - 1) / 3);
  return outOf(
    Math.ceil((consenters.length + faulty + 1) / 2),
    consenters.map((consenter) => {
      const identity = new msp.SerializedIdentity();
      identity.setMspid(consenter.getMspId());
      identity.setIdBytes(consenter.getIdentity_asU8());
      const principal = new msp.MSPPrincipal();
      principal.setPrincipalClassification(msp.MSPPrincipal.Classification.IDENTITY);
      principal.setPrincipal(identity.serializeBinary());
      return principal;
    }),
  );
}

function encodeConfig(channel: string, envelope: common.ConfigEnvelope): Uint8Array {
  const nonce = randomBytes(24);
  const timestamp = new timestampPb.Timestamp();
  timestamp.setSeconds(Math.floor(Date.now() / 1000));
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.CONFIG);
  channelHeader.setVersion(1);
  channelHeader.setTimestamp(timestamp);
  channelHeader.setChannelId(channel);
  channelHeader.setTxId(computeTxId(nonce, new Uint8Array()));
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setNonce(nonce);
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(envelope.serializeBinary());
  return encodeEnvelope(payload.serializeBinary(), new Uint8Array());
}

function encodeFirstBlock(envelope: Uint8Array): Uint8Array {
  const { BlockMetadataIndex } = common;
  const header = new common.BlockHeader();
  header.setDataHash(blockDataHash([envelope]));
  const data = new common.BlockData();
  data.setDataList([envelope]);
  const value = new common.OrdererBlockMetadata();
  value.setLastConfig(new common.LastConfig());
  const signatures = new common.Metadata();
  signatures.setValue(value.serializeBinary());
  const slots: Uint8Array[] = Object.keys(BlockMetadataIndex).map(() => new Uint8Array());
  slots[BlockMetadataIndex.SIGNATURES] = signatures.serializeBinary();
  const metadata = new common.BlockMetadata();
  metadata.setMetadataList(slots);
  const block = new common.Block();
  block.setHeader(header);
  block.setData(data);
  block.setMetadata(metadata);
  return block.serializeBinary();
}

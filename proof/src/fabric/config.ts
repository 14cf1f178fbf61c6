/**
 * Channel configurations: who the members are and which certificates they stand for. Configurations
 * hold maps, so their bytes are pinned by the block's hash, not by re-encoding.
 */
import { readBlock } from './block.ts';
import { FabricError } from './error.ts';
import { HEADER_TYPE, readHeader } from './header.ts';
import {
  common,
  configtx,
  configuration,
  decodeExact,
  decodeLoose,
  mspConfig,
  readText,
  required,
} from './message.ts';

/** Organisational units by which a certificate shows its role. */
export interface NodeOus {
  readonly client: string;
  readonly peer: string;
  readonly admin: string;
  readonly orderer: string;
}

/** What a member's certificates are judged by. Certificates and lists are PEM texts. */
export interface MspDefinition {
  readonly mspId: string;
  readonly roots: readonly string[];
  readonly intermediates: readonly string[];
  readonly revocations: readonly string[];
  /** Absent: Fabric's usual names. */
  readonly nodeOus?: NodeOus;
}

export interface Consenter {
  /** The number that stands in a block's signatures. */
  readonly id: number;
  readonly mspId: string;
  readonly certificatePem: string;
}

export interface ChannelConfig {
  readonly channel: string;
  /** Number of the block that carries this configuration. */
  readonly block: number;
  /** Counts configurations from 0. */
  readonly sequence: number;
  /** Members of the application, by ascending MSP ID. */
  readonly members: readonly MspDefinition[];
  /** Organisations that order, by ascending MSP ID. */
  readonly orderers: readonly MspDefinition[];
  /** BFT consenters; empty for other ordering. */
  readonly consenters: readonly Consenter[];
}

type Group = InstanceType<typeof configtx.ConfigGroup>;

/** Reads the only envelope of a configuration block. @throws FabricError `FABRIC_UNSUPPORTED` if it is none. */
export function readConfig(blockBytes: Uint8Array): ChannelConfig {
  const block = readBlock(blockBytes);
  const [envelopeBytes, ...more] = block.envelopes;
  if (envelopeBytes === undefined || more.length > 0) throw notConfig();
  const envelope = decodeExact(common.Envelope, envelopeBytes, 'envelope');
  const payload = decodeLoose(common.Payload, envelope.getPayload_asU8(), 'payload');
  const header = readHeader(required(payload.getHeader(), 'header'));
  if (header.type !== HEADER_TYPE.CONFIG) throw notConfig();
  const data = decodeLoose(configtx.ConfigEnvelope, payload.getData_asU8(), 'configuration');
  const config = required(data.getConfig(), 'configuration');
  const root = required(config.getChannelGroup(), 'channel group');
  const ordering = root.getGroupsMap().get('Orderer');
  return {
    channel: header.channel,
    block: block.number,
    sequence: config.getSequence(),
    members: readMembers(root.getGroupsMap().get('Application')),
    orderers: readMembers(ordering),
    consenters: readConsenters(ordering),
  };
}

function notConfig(): FabricError {
  return new FabricError('FABRIC_UNSUPPORTED', 'not a configuration block');
}

function readMembers(group: Group | undefined): MspDefinition[] {
  if (!group) return [];
  const members = [...group.getGroupsMap().entries()].map(([name, member]) => {
    const value = required(member.getValuesMap().get('MSP'), `MSP of ${name}`);
    return readMsp(value.getValue_asU8());
  });
  return members.sort((a, b) => (a.mspId < b.mspId ? -1 : 1));
}

function readMsp(bytes: Uint8Array): MspDefinition {
  const outer = decodeLoose(mspConfig.MSPConfig, bytes, 'MSP');
  const inner = decodeLoose(mspConfig.FabricMSPConfig, outer.getConfig_asU8(), 'MSP definition');
  const ous = inner.getFabricNodeOus();
  return {
    mspId: inner.getName(),
    roots: inner.getRootCertsList_asU8().map(readPem),
    intermediates: inner.getIntermediateCertsList_asU8().map(readPem),
    revocations: inner.getRevocationListList_asU8().map(readPem),
    ...(ous?.getEnable() && {
      nodeOus: {
        client: ous.getClientOuIdentifier()?.getOrganizationalUnitIdentifier() ?? '',
        peer: ous.getPeerOuIdentifier()?.getOrganizationalUnitIdentifier() ?? '',
        admin: ous.getAdminOuIdentifier()?.getOrganizationalUnitIdentifier() ?? '',
        orderer: ous.getOrdererOuIdentifier()?.getOrganizationalUnitIdentifier() ?? '',
      },
    }),
  };
}

function readConsenters(group: Group | undefined): Consenter[] {
  const value = group?.getValuesMap().get('Orderers');
  if (!value) return [];
  const orderers = decodeLoose(configuration.Orderers, value.getValue_asU8(), 'consenters');
  return orderers.getConsenterMappingList().map((consenter) => ({
    id: consenter.getId(),
    mspId: consenter.getMspId(),
    certificatePem: readText(consenter.getIdentity_asU8(), 'consenter certificate'),
  }));
}

function readPem(bytes: Uint8Array): string {
  return readText(bytes, 'certificate of an MSP');
}

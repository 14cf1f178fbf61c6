/** Where a channel's nodes are, as its configuration says: nobody has to write that down twice. */
import { common, msp, peer } from '@hyperledger/fabric-protos';
import { readBlock } from '@tabellion/proof';
import type { PeerEndpoint } from '../../gateway/src/ledger/fabric/connection.ts';

export interface ChannelNodes {
  /** One peer of each member, its first anchor peer, by MSP ID. */
  readonly peers: ReadonlyMap<string, PeerEndpoint>;
  readonly orderers: readonly PeerEndpoint[];
}

type Group = common.ConfigGroup;

/** From the bytes of a configuration block, as the own peer has it. @throws FabricError, and on other bytes. */
export function readChannelNodes(block: Uint8Array): ChannelNodes {
  const [envelope] = readBlock(block).envelopes;
  const message = common.Envelope.deserializeBinary(envelope ?? new Uint8Array());
  const payload = common.Payload.deserializeBinary(message.getPayload_asU8());
  const config = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig();
  const root = config?.getChannelGroup();
  const everybody = root?.getValuesMap().get('OrdererAddresses');
  const ordering = listOrganisations(root?.getGroupsMap().get('Orderer'));
  const orderers = ordering.flatMap(({ group, tlsRoot }) =>
    readAddresses(group.getValuesMap().get('Endpoints')).map((address) => ({ address, tlsRoot })),
  );
  const members = listOrganisations(root?.getGroupsMap().get('Application'));
  return {
    peers: new Map(
      members.flatMap(({ mspId, group, tlsRoot }) => {
        const address = readAnchor(group.getValuesMap().get('AnchorPeers'));
        return address === undefined ? [] : [[mspId, { address, tlsRoot }] as const];
      }),
    ),
    // Older channels name their ordering nodes in one list, without saying whose they are.
    orderers:
      orderers.length > 0
        ? orderers
        : readAddresses(everybody).map((address) => ({
            address,
            tlsRoot: ordering.map(({ tlsRoot }) => tlsRoot).join(''),
          })),
  };
}

interface Organisation {
  readonly mspId: string;
  readonly group: Group;
  /** PEM of every authority that its nodes' TLS certificates may be of. */
  readonly tlsRoot: string;
}

function listOrganisations(part: Group | undefined): Organisation[] {
  return [...(part?.getGroupsMap().entries() ?? [])].map(([, group]) => {
    const value = group.getValuesMap().get('MSP')?.getValue_asU8() ?? new Uint8Array();
    const outer = msp.MSPConfig.deserializeBinary(value);
    const definition = msp.FabricMSPConfig.deserializeBinary(outer.getConfig_asU8());
    const roots = [
      ...definition.getTlsRootCertsList_asU8(),
      ...definition.getTlsIntermediateCertsList_asU8(),
    ];
    return {
      mspId: definition.getName(),
      group,
      tlsRoot: roots.map((pem) => `${Buffer.from(pem).toString('utf8').trim()}\n`).join(''),
    };
  });
}

function readAddresses(value: common.ConfigValue | undefined): string[] {
  if (!value) return [];
  return common.OrdererAddresses.deserializeBinary(value.getValue_asU8()).getAddressesList();
}

function readAnchor(value: common.ConfigValue | undefined): string | undefined {
  if (!value) return undefined;
  const [anchor] = peer.AnchorPeers.deserializeBinary(value.getValue_asU8()).getAnchorPeersList();
  return anchor && `${anchor.getHost()}:${anchor.getPort()}`;
}

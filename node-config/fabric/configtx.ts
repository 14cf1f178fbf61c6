/**
 * The channel's first configuration, which configtxgen or `genesis.ts` turns into the genesis block.
 * Channel capability V3_0 and SmartBFT ordering with one consenter a member (CNS-2, CNS-8).
 */
import { stringify } from 'yaml';
import type { MemberNodes, Topology } from './topology.ts';
import { formatEndpoint } from './topology.ts';

export const PROFILE = 'Tabellion';

const signature = (rule: string) => ({ Type: 'Signature', Rule: rule });
const implicit = (rule: string) => ({ Type: 'ImplicitMeta', Rule: rule });
const anyOf = (mspId: string, ...roles: string[]) =>
  signature(`OR(${roles.map((role) => `'${mspId}.${role}'`).join(', ')})`);

const groupPolicies = {
  Readers: implicit('ANY Readers'),
  Writers: implicit('ANY Writers'),
  Admins: implicit('MAJORITY Admins'),
};

/** One member takes part in ordering and in the application under one MSP. */
const organisation = ({ mspId, peer, orderer }: MemberNodes) => ({
  Name: mspId,
  ID: mspId,
  MSPDir: `../members/${mspId}/msp`,
  Policies: {
    Readers: anyOf(mspId, 'admin', 'peer', 'orderer', 'client'),
    Writers: anyOf(mspId, 'admin', 'orderer', 'client'),
    Admins: anyOf(mspId, 'admin'),
    Endorsement: anyOf(mspId, 'peer'),
  },
  AnchorPeers: [{ Host: peer.host, Port: peer.port }],
  OrdererEndpoints: [formatEndpoint(orderer)],
});

const consenter = ({ mspId, consenterId, orderer }: MemberNodes) => ({
  ID: consenterId,
  Host: orderer.host,
  Port: orderer.port,
  MSPID: mspId,
  Identity: `../members/${mspId}/orderer/msp/signcerts/cert.pem`,
  ClientTLSCert: `../members/${mspId}/orderer/tls/server.crt`,
  ServerTLSCert: `../members/${mspId}/orderer/tls/server.crt`,
});

/**
 * SmartBFT closes a block at `MaxMessageCount` or after `RequestBatchMaxInterval`; `BatchTimeout` is
 * not used under it. With the sample's time-outs (20 s to complain and to change the view, 60 s of
 * heartbeat) a killed leader stopped the channel for 22 s.
 *
 * Three seconds without a heartbeat, or with a request that was not ordered, depose a leader. That is
 * well above a garbage collection or an fsync stall: at full load on a machine with twice more to do than
 * it could, none was deposed.
 *
 * A view change of exactly a quorum, three of four, may fail: a node that is a moment ahead sends its
 * view data to the next leader before that one has changed too, it is dropped and never sent again; or
 * one of the three is a few blocks behind and has to fetch them first. All then wait for
 * `ViewChangeTimeout` before they try the next leader, so it is short, but longer than fetching takes:
 * see `DialTimeout` in `orderer.ts`. Pausing all four leaders in turn, twice, then stopped the channel
 * for 4.6 s at the longest and 2.9 s in the median.
 */
const SMART_BFT = {
  RequestBatchMaxCount: 500,
  RequestBatchMaxBytes: 10_485_760,
  IncomingMessageBufferSize: 2000,
  RequestPoolSize: 2000,
  RequestForwardTimeout: '500ms',
  RequestComplainTimeout: '2500ms',
  RequestAutoRemoveTimeout: '3m',
  ViewChangeResendInterval: '500ms',
  ViewChangeTimeout: '2s',
  LeaderHeartbeatTimeout: '3s',
  LeaderHeartbeatCount: 10,
  CollectTimeout: '500ms',
  SyncOnStart: false,
  SpeedUpViewChange: false,
};

/** How long a transaction waits for others to share its block with, unless the consortium says. */
export const BLOCK_INTERVAL_MS = 100;

/** What the channel's configuration says; its paths are relative to `channel` beside `members`. */
export function describeChannel({ consortium, members }: Topology) {
  const { blockIntervalMs = BLOCK_INTERVAL_MS } = consortium;
  const organisations = members.map(organisation);
  return {
    Capabilities: { V3_0: true },
    Policies: groupPolicies,
    Orderer: {
      OrdererType: 'BFT',
      BatchTimeout: '1s',
      BatchSize: {
        MaxMessageCount: SMART_BFT.RequestBatchMaxCount,
        AbsoluteMaxBytes: SMART_BFT.RequestBatchMaxBytes,
        PreferredMaxBytes: 2_097_152,
      },
      SmartBFT: { ...SMART_BFT, RequestBatchMaxInterval: `${blockIntervalMs}ms` },
      ConsenterMapping: members.map(consenter),
      Capabilities: { V2_0: true },
      Organizations: organisations,
      // Whoever encodes it replaces BlockValidation by the quorum of the consenter mapping.
      Policies: { ...groupPolicies, BlockValidation: implicit('ANY Writers') },
    },
    Application: {
      Capabilities: { V2_5: true },
      Organizations: organisations,
      Policies: {
        ...groupPolicies,
        LifecycleEndorsement: implicit('MAJORITY Endorsement'),
        Endorsement: implicit('MAJORITY Endorsement'),
      },
    },
  };
}

/** `configtx.yaml`, the input of configtxgen. */
export function formatConfigtx(topology: Topology): string {
  return stringify(
    { Profiles: { [PROFILE]: describeChannel(topology) } },
    { aliasDuplicateObjects: false },
  );
}

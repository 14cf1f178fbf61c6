/** A peer's `core.yaml`. Paths are relative to its own directory unless they are absolute. */
import { stringify } from 'yaml';
import type { Endpoint, MemberNodes, Topology } from './topology.ts';
import { formatEndpoint } from './topology.ts';

const tlsFiles = {
  cert: { file: 'tls/server.crt' },
  key: { file: 'tls/server.key' },
  rootcert: { file: 'tls/ca.crt' },
  clientRootCAs: { files: ['tls/ca.crt'] },
};

export interface PeerOptions {
  /** Interface to listen on; the endpoint's host by default. */
  readonly listenHost?: string;
  /** Directory that holds `bin/detect`, `bin/build` and `bin/release`. */
  readonly builder: string;
}

/** Whatever is missing here has a default inside the peer. */
export function formatPeerConfig(
  { consortium }: Topology,
  nodes: MemberNodes,
  { listenHost, builder }: PeerOptions,
): string {
  const listen = ({ host, port }: Endpoint) => formatEndpoint({ host: listenHost ?? host, port });
  const address = formatEndpoint(nodes.peer);
  return stringify({
    peer: {
      id: `peer.${nodes.mspId}`,
      networkId: consortium.channel,
      localMspId: nodes.mspId,
      mspConfigPath: 'msp',
      localMspType: 'bccsp',
      address,
      listenAddress: listen(nodes.peer),
      chaincodeListenAddress: listen(nodes.peerChaincode),
      chaincodeAddress: formatEndpoint(nodes.peerChaincode),
      fileSystemPath: 'data',
      BCCSP: { Default: 'SW', SW: { Hash: 'SHA2', Security: 256 } },
      tls: { enabled: true, clientAuthRequired: false, ...tlsFiles },
      gateway: {
        enabled: true,
        endorsementTimeout: '30s',
        broadcastTimeout: '30s',
        dialTimeout: '10s',
      },
      keepalive: {
        // A peer's own gateway pings the other members' peers every 10 s, which cannot be configured;
        // by the default of 60 s they close its connections, with every endorsement under way in them.
        minInterval: '5s',
        client: { interval: '60s', timeout: '20s' },
        deliveryClient: { interval: '60s', timeout: '20s' },
      },
      gossip: {
        // One peer a member: it fetches its blocks from the orderers itself.
        bootstrap: address,
        endpoint: address,
        externalEndpoint: address,
        useLeaderElection: false,
        orgLeader: true,
        state: { enabled: false },
        // How soon the gateway learns which members' peers live, and that one is gone.
        aliveTimeInterval: '2s',
        aliveExpirationTimeout: '10s',
        reconnectInterval: '1s',
        publishStateInfoInterval: '1s',
        requestStateInfoInterval: '1s',
        pvtData: {
          // With the defaults (false, 60 s) any member can stall another's peer for a minute with
          // each invalid write into that one's collection, while it looks for data nobody has.
          skipPullingInvalidTransactionsDuringCommit: true,
          pullRetryThreshold: '5s',
          pushAckTimeout: '3s',
          transientstoreMaxBlockRetention: 20_000,
          btlPullMargin: 10,
          reconciliationEnabled: true,
          reconcileBatchSize: 10,
          reconcileSleepInterval: '1m',
          implicitCollectionDisseminationPolicy: { requiredPeerCount: 0, maxPeerCount: 1 },
        },
      },
      // How far a client's clock may be off (O-2); the members' parameter says the same.
      authentication: { timewindow: `${consortium.parameters.timeWindowSeconds}s` },
      deliveryclient: {
        blockGossipEnabled: false,
        policy: 'cluster',
        connTimeout: '3s',
        reConnectBackoffThreshold: '5s',
        minimalReconnectInterval: '100ms',
        // An ordering node that sends headers but withholds the block is left after this time.
        blockCensorshipTimeoutKey: '2s',
      },
      handlers: {
        authFilters: [
          { name: 'DefaultAuth' },
          { name: 'ExpirationCheck' },
          { name: 'TimeWindowCheck' },
        ],
        decorators: [{ name: 'DefaultDecorator' }],
        endorsers: { escc: { name: 'DefaultEndorsement' } },
        validators: { vscc: { name: 'DefaultValidation' } },
      },
      discovery: {
        enabled: true,
        authCacheEnabled: true,
        authCacheMaxSize: 1000,
        authCachePurgeRetentionRatio: 0.75,
        orgMembersAllowedAccess: false,
      },
      limits: {
        concurrency: { endorserService: 2500, deliverService: 2500, gatewayService: 500 },
      },
    },
    chaincode: {
      mode: 'net',
      installTimeout: '60s',
      startuptimeout: '60s',
      executetimeout: '30s',
      system: { _lifecycle: 'enable', cscc: 'enable', qscc: 'enable' },
      externalBuilders: [{ name: 'tabellion', path: builder }],
      logging: { level: 'info', shim: 'warning' },
    },
    ledger: {
      state: { stateDatabase: 'goleveldb', totalQueryLimit: 100_000 },
      history: { enableHistoryDatabase: true },
    },
    operations: {
      listenAddress: listen(nodes.peerOperations),
      tls: { enabled: true, clientAuthRequired: true, ...tlsFiles },
    },
    metrics: { provider: 'prometheus' },
  });
}

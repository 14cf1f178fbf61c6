/** An ordering node's `orderer.yaml`. Paths are relative to its directory, where it is started. */
import { stringify } from 'yaml';
import type { Endpoint, MemberNodes } from './topology.ts';
import { formatEndpoint } from './topology.ts';

const tls = (clientAuthRequired: boolean) => ({
  Enabled: true,
  PrivateKey: 'tls/server.key',
  Certificate: 'tls/server.crt',
  RootCAs: ['tls/ca.crt'],
  ClientAuthRequired: clientAuthRequired,
  ClientRootCAs: ['tls/ca.crt'],
});

/** Whatever is missing here has a default inside the orderer. */
export function formatOrdererConfig(nodes: MemberNodes, listenHost?: string): string {
  const listen = ({ host, port }: Endpoint) => formatEndpoint({ host: listenHost ?? host, port });
  return stringify({
    General: {
      ListenAddress: listenHost ?? nodes.orderer.host,
      ListenPort: nodes.orderer.port,
      TLS: tls(false),
      Cluster: {
        ClientCertificate: 'tls/server.crt',
        ClientPrivateKey: 'tls/server.key',
        SendBufferSize: 100,
        // A paused node accepts connections and then says nothing, and whoever catches up asks all nodes
        // first: with the default of 5 s that took longer than a view change may. TCP and TLS need three
        // round trips, which fit in one second up to 300 ms each.
        DialTimeout: '1s',
      },
      // The peers' gateways ping every 10 s: see there.
      Keepalive: { ServerMinInterval: '5s', ServerInterval: '7200s', ServerTimeout: '20s' },
      BootstrapMethod: 'none',
      LocalMSPDir: 'msp',
      LocalMSPID: nodes.mspId,
      BCCSP: { Default: 'SW', SW: { Hash: 'SHA2', Security: 256 } },
      Authentication: { TimeWindow: '15m' },
    },
    FileLedger: { Location: 'data' },
    Consensus: { WALDir: 'data/wal', SnapDir: 'data/snapshot' },
    ChannelParticipation: { Enabled: true, MaxRequestBodySize: '1 MB' },
    Admin: { ListenAddress: listen(nodes.ordererAdmin), TLS: tls(true) },
    Operations: { ListenAddress: listen(nodes.ordererOperations), TLS: tls(true) },
    Metrics: { Provider: 'prometheus' },
  });
}

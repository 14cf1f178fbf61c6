/** The channel as node-config describes it, ordered by Raft and with older capabilities instead. */
import { stringify } from 'yaml';
import { describeChannel, PROFILE } from '../../../node-config/fabric/configtx.ts';
import type { MemberNodes, Topology } from '../../../node-config/fabric/topology.ts';

/** Fabric 2.2's way: its ordering nodes start with a channel of their own, which makes others. */
export const SYSTEM_PROFILE = 'System';
const CONSORTIUM = 'Tabellion';

const RAFT = {
  TickInterval: '100ms',
  ElectionTick: 10,
  HeartbeatTick: 1,
  MaxInflightBlocks: 5,
  SnapshotIntervalSize: '16 MB',
};

const consenter = ({ mspId, orderer }: MemberNodes) => {
  const certificate = `../members/${mspId}/orderer/tls/server.crt`;
  return {
    Host: orderer.host,
    Port: orderer.port,
    ClientTLSCert: certificate,
    ServerTLSCert: certificate,
  };
};

export interface RaftChannelOptions {
  readonly needsSystemChannel: boolean;
}

/** `configtx.yaml`. */
export function formatRaftConfigtx(
  topology: Topology,
  { needsSystemChannel }: RaftChannelOptions,
): string {
  const { Application, Orderer, ...channel } = describeChannel(topology);
  const { SmartBFT, ConsenterMapping: _, ...ordering } = Orderer;
  const common = { ...channel, Capabilities: { V2_0: true } };
  const application = {
    ...Application,
    Capabilities: needsSystemChannel ? { V2_0: true } : { V2_5: true },
  };
  const raft = {
    ...ordering,
    OrdererType: 'etcdraft',
    // Here it is what closes a block that is not full.
    BatchTimeout: SmartBFT.RequestBatchMaxInterval,
    EtcdRaft: { Consenters: topology.members.map(consenter), Options: RAFT },
    Capabilities: { V2_0: true },
  };
  const Profiles = needsSystemChannel
    ? {
        [SYSTEM_PROFILE]: {
          ...common,
          Orderer: raft,
          Consortiums: { [CONSORTIUM]: { Organizations: Application.Organizations } },
        },
        [PROFILE]: { ...common, Consortium: CONSORTIUM, Application: application },
      }
    : { [PROFILE]: { ...common, Orderer: raft, Application: application } };
  return stringify({ Profiles }, { aliasDuplicateObjects: false });
}

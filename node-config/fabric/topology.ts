/**
 * Where every node of the consortium listens. One member is one Fabric organisation with a peer, a
 * SmartBFT ordering node and a chaincode server (CNS-1); the channel and all node configuration are
 * functions of this and of the consortium file.
 */
import type { Consortium, ConsortiumMember } from '../../gateway/src/identity/consortium.ts';

/** What the network's shape and policies depend on, of a consortium. */
export interface NetworkTerms extends Pick<Consortium, 'channel' | 'chaincode'> {
  readonly members: readonly Pick<ConsortiumMember, 'mspId' | 'kind'>[];
  readonly parameters: Pick<Consortium['parameters'], 'endorsementThreshold' | 'timeWindowSeconds'>;
  /** How long a transaction waits for others to share its block with. */
  readonly blockIntervalMs?: number;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface MemberNodes {
  readonly mspId: string;
  /** Identifier in the channel's consenter mapping, from 1 on; it never changes hands. */
  readonly consenterId: number;
  readonly peer: Endpoint;
  /** Where the peer would take connections of chaincode that it started itself; unused but needed. */
  readonly peerChaincode: Endpoint;
  readonly peerOperations: Endpoint;
  readonly orderer: Endpoint;
  readonly ordererAdmin: Endpoint;
  readonly ordererOperations: Endpoint;
  readonly chaincode: Endpoint;
}

export interface Topology {
  readonly consortium: NetworkTerms;
  readonly members: readonly MemberNodes[];
}

const ENDPOINTS = [
  'peer',
  'peerChaincode',
  'peerOperations',
  'orderer',
  'ordererAdmin',
  'ordererOperations',
  'chaincode',
] as const;

/** Ports that a consortium of `members` needs on one machine. */
export const countPorts = (members: number): number => members * ENDPOINTS.length;

/** Every node on one machine: `ports` are free ones, in any order. */
export function planLocalTopology(
  consortium: NetworkTerms,
  host: string,
  ports: readonly number[],
): Topology {
  const members = consortium.members.map(({ mspId }, index) => {
    const own = ports.slice(index * ENDPOINTS.length, (index + 1) * ENDPOINTS.length);
    const endpoints = Object.fromEntries(
      ENDPOINTS.map((name, position) => [name, { host, port: own[position] as number }]),
    ) as Record<(typeof ENDPOINTS)[number], Endpoint>;
    return { mspId, consenterId: index + 1, ...endpoints };
  });
  return { consortium, members };
}

export const formatEndpoint = ({ host, port }: Endpoint): string => `${host}:${port}`;

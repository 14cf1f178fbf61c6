/**
 * Where the containers of `docker-compose.yml` listen. Each has an address of its own, so that the
 * ports are the same for every member; its service is named as the node is in `scripts/network`.
 */
import type { NodeKind } from '../layout.ts';
import type { MemberNodes, NetworkTerms, Topology } from '../topology.ts';

/** Directory of the named volumes inside the containers. */
export const NETWORK = '/network';
export const PEER_PORT = 7051;
/** Nodes listen on every interface of their container. */
export const EVERYWHERE = '0.0.0.0';

/** Compose takes only small letters, and names of hosts mean the same in both. */
export const serviceOf = (kind: NodeKind, mspId: string): string =>
  `${kind}.${mspId}`.toLowerCase();

export function planDockerMember(mspId: string, consenterId: number): MemberNodes {
  const at = (kind: NodeKind, port: number) => ({ host: serviceOf(kind, mspId), port });
  return {
    mspId,
    consenterId,
    peer: at('peer', PEER_PORT),
    peerChaincode: at('peer', 7052),
    peerOperations: at('peer', 9443),
    orderer: at('orderer', 7050),
    ordererAdmin: at('orderer', 7053),
    ordererOperations: at('orderer', 9443),
    chaincode: at('chaincode', 9999),
  };
}

export const planDockerTopology = (consortium: NetworkTerms): Topology => ({
  consortium,
  members: consortium.members.map(({ mspId }, index) => planDockerMember(mspId, index + 1)),
});

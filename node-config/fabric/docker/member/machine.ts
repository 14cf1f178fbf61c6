/** One member on its own machine, as `docker-compose.member.yml` describes it to its containers. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { type Consortium, loadConsortium } from '../../../../gateway/src/identity/consortium.ts';
import type { Endpoint, MemberNodes, Topology } from '../../topology.ts';
import { BadSetting } from '../program.ts';
import { NETWORK, PEER_PORT } from '../topology.ts';
import { readCard, unpackCard } from './card.ts';

/** What other members handed over, read-only. */
export const EXCHANGE = '/exchange';
export const ORDERER_PORT = 7050;

export interface Machine {
  readonly consortium: Consortium;
  readonly mspId: string;
  /** This member's nodes, at the names by which other machines reach them. */
  readonly nodes: MemberNodes;
}

/** @throws BadSetting, IdentityError */
export async function readMachine(environment = process.env): Promise<Machine> {
  const { TABELLION_CONSORTIUM, MSP_ID, PEER_HOST, ORDERER_HOST } = environment;
  if (!TABELLION_CONSORTIUM || !MSP_ID || !PEER_HOST || !ORDERER_HOST) {
    throw new BadSetting('MSP_ID, PEER_HOST and ORDERER_HOST are needed');
  }
  const consortium = await loadConsortium(TABELLION_CONSORTIUM);
  const known = consortium.members.map(({ mspId }) => mspId);
  if (!known.includes(MSP_ID)) {
    throw new BadSetting(`MSP_ID ${MSP_ID} is none of the members: ${known.join(', ')}`);
  }
  const nodes = planNodes(consortium, MSP_ID, {
    peer: { host: PEER_HOST, port: PEER_PORT },
    orderer: { host: ORDERER_HOST, port: ORDERER_PORT },
  });
  return { consortium, mspId: MSP_ID, nodes };
}

/** What only the member itself reaches is named as its own containers know it. */
function planNodes(
  { members }: Consortium,
  mspId: string,
  { peer, orderer }: { readonly peer: Endpoint; readonly orderer: Endpoint },
): MemberNodes {
  return {
    mspId,
    consenterId: members.findIndex((member) => member.mspId === mspId) + 1,
    peer,
    orderer,
    peerChaincode: { host: peer.host, port: 7052 },
    peerOperations: { host: peer.host, port: 9443 },
    ordererAdmin: { host: orderer.host, port: 7053 },
    ordererOperations: { host: orderer.host, port: 9443 },
    chaincode: { host: 'chaincode', port: 9999 },
  };
}

/** All members, by the cards that they handed over, which are unpacked. @throws BadSetting */
export async function receiveCards({ consortium, mspId, nodes }: Machine): Promise<Topology> {
  const members: MemberNodes[] = [];
  for (const member of consortium.members) {
    if (member.mspId === mspId) {
      members.push(nodes);
      continue;
    }
    const card = await readCard(join(EXCHANGE, `${member.mspId}.json`), member.mspId);
    await unpackCard(NETWORK, card);
    members.push(planNodes(consortium, member.mspId, card));
  }
  return { consortium, members };
}

export const receivedGenesis = (): Promise<Buffer> =>
  readFile(join(EXCHANGE, 'genesis.block')).catch((cause) => {
    throw new BadSetting(
      'no genesis.block in the exchange directory: one member makes it and hands it to all',
      { cause },
    );
  });

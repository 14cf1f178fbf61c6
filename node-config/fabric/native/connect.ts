/** A member's ledger port to its peer of a network on this machine. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPrivateKey, signerFromPem } from '../../../gateway/src/identity/key.ts';
import type { Signer } from '../../../gateway/src/ledger/act.ts';
import { openFabricLedger } from '../../../gateway/src/ledger/fabric/ledger.ts';
import type { PolicyMember } from '../../../gateway/src/ledger/fabric/members.ts';
import type { LedgerPort } from '../../../gateway/src/ledger/port.ts';
import type { FabricMember } from '../../../gateway/src/node/fabric-member.ts';
import { layoutMember } from '../layout.ts';
import { formatEndpoint, type MemberNodes } from '../topology.ts';
import { type NetworkState, readState } from './state.ts';

/** The identity kept in an MSP directory. */
export async function readSigner(mspId: string, home: string): Promise<Signer> {
  const certificate = await readFile(join(home, 'msp', 'signcerts', 'cert.pem'), 'utf8');
  const key = await readPrivateKey(join(home, 'msp', 'keystore', 'key.pem'));
  return signerFromPem(mspId, certificate, key);
}

/**
 * What a member's gateway needs of a network on this machine.
 * @throws UnknownMember
 */
export async function describeMember(directory: string, mspId: string): Promise<FabricMember> {
  const nodes = findMember(await readState(directory), mspId, directory);
  const layout = layoutMember(directory, mspId);
  return {
    peer: {
      address: formatEndpoint(nodes.peer),
      tlsRoot: await readFile(join(layout.peer, 'tls', 'ca.crt'), 'utf8'),
      serverName: 'localhost',
    },
    service: await readSigner(mspId, layout.gateway),
    authority: layout.ca,
  };
}

export class UnknownMember extends Error {
  override readonly name = 'UnknownMember';
}

/** @throws UnknownMember */
export function findMember(
  state: NetworkState | undefined,
  mspId: string,
  directory: string,
): MemberNodes {
  const nodes = state?.members.find((member) => member.mspId === mspId);
  if (nodes) return nodes;
  const known = state?.members.map((member) => member.mspId).join(', ');
  const members = known ? `its members: ${known}` : 'start one with scripts/network up';
  throw new UnknownMember(`no network of ${mspId} in ${directory}; ${members}`);
}

export interface ConnectOptions {
  readonly directory: string;
  readonly mspId: string;
  readonly members: readonly PolicyMember[];
  readonly endorsementThreshold: number;
  /** Name of the chaincode's definition, where it is not the network's own. */
  readonly chaincode?: string;
}

/** @throws UnknownMember */
export async function connectMember({
  directory,
  mspId,
  members,
  endorsementThreshold,
  ...options
}: ConnectOptions): Promise<LedgerPort> {
  const { peer, service } = await describeMember(directory, mspId);
  const state = (await readState(directory))!;
  const { channel, chaincode } = { ...state, ...options };
  return openFabricLedger({
    ...{ channel, chaincode, peer, service },
    members: () => members,
    endorsementThreshold: () => endorsementThreshold,
  });
}

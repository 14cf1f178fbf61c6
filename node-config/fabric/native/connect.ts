/** A member's ledger port to its peer of a network on this machine. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPrivateKey, signerFromPem } from '../../../gateway/src/identity/key.ts';
import type { Signer } from '../../../gateway/src/ledger/act.ts';
import { openFabricLedger } from '../../../gateway/src/ledger/fabric/ledger.ts';
import type { PolicyMember } from '../../../gateway/src/ledger/fabric/members.ts';
import type { LedgerPort } from '../../../gateway/src/ledger/port.ts';
import { layoutMember } from '../layout.ts';
import { formatEndpoint } from '../topology.ts';
import { readState } from './state.ts';

/** The identity kept in an MSP directory. */
export async function readSigner(mspId: string, home: string): Promise<Signer> {
  const certificate = await readFile(join(home, 'msp', 'signcerts', 'cert.pem'), 'utf8');
  const key = await readPrivateKey(join(home, 'msp', 'keystore', 'key.pem'));
  return signerFromPem(mspId, certificate, key);
}

export interface ConnectOptions {
  readonly directory: string;
  readonly mspId: string;
  readonly members: readonly PolicyMember[];
  readonly endorsementThreshold: number;
}

/** @throws if there is no network in the directory, or no such member in it. */
export async function connectMember({
  directory,
  mspId,
  ...policy
}: ConnectOptions): Promise<LedgerPort> {
  const state = await readState(directory);
  const nodes = state?.members.find((member) => member.mspId === mspId);
  if (!state || !nodes) throw new Error(`no network of ${mspId} in ${directory}`);
  const layout = layoutMember(directory, mspId);
  return openFabricLedger({
    channel: state.channel,
    chaincode: state.chaincode,
    peer: {
      address: formatEndpoint(nodes.peer),
      tlsRoot: await readFile(join(layout.peer, 'tls', 'ca.crt'), 'utf8'),
      serverName: 'localhost',
    },
    service: await readSigner(mspId, layout.gateway),
    ...policy,
  });
}

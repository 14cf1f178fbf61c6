/** What is recorded of a network on this machine: `network.json` in its directory. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  makePrivateDirectory,
  unlessAbsent,
  writeDurably,
} from '../../../gateway/src/identity/private-file.ts';
import type { Endpoint, MemberNodes } from '../topology.ts';
import type { ProcessRef } from './process.ts';

const FILE = 'network.json';

/** What one chaincode server runs, and where it listens. */
export interface ChaincodeServer {
  /** As `NetworkState.server`. */
  readonly server: string;
  readonly packageId: string;
  readonly endpoint: Endpoint;
}

export interface NetworkState {
  readonly version: 1;
  readonly channel: string;
  readonly chaincode: string;
  /** Package ID of the chaincode that the members approved. */
  readonly packageId: string;
  /** Program that the chaincode servers run: a TypeScript file, absolute. */
  readonly server: string;
  readonly members: readonly MemberNodes[];
  /** Node name → what that chaincode server runs, where it is not what `server` says. */
  readonly servers?: Readonly<Record<string, ChaincodeServer>>;
  /** Node name → the process that was started last; it may have ended since. */
  readonly processes: Readonly<Record<string, ProcessRef>>;
  /** Whether the channel exists and its chaincode is committed. */
  readonly ready: boolean;
}

export async function readState(directory: string): Promise<NetworkState | undefined> {
  const text = await unlessAbsent(readFile(join(directory, FILE), 'utf8'));
  return text === undefined ? undefined : (JSON.parse(text) as NetworkState);
}

export async function writeState(directory: string, state: NetworkState): Promise<void> {
  await makePrivateDirectory(directory);
  await writeDurably(join(directory, FILE), `${JSON.stringify(state, undefined, 2)}\n`);
}

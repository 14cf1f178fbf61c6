/**
 * Brings the channel to what the network says: a first configuration and definition on an empty
 * ledger, and new ones when certificates, members or the endorsement policy changed since.
 */
import {
  equalBytes,
  type MspDefinition,
  readBlock,
  readBlockSignatures,
  readConfig,
} from '@tabellion/proof';
import type { Signer } from '../act.ts';
import type { Committer } from './committer.ts';
import { encodeConfigEnvelope } from './config.ts';
import {
  encodeDefinition,
  networkPolicy,
  readChaincodePolicy,
  readDefinitions,
} from './definition.ts';
import type { EmbeddedNetwork, MemberMsp } from './network.ts';
import type { Store } from './store/store.ts';

export interface BootstrapContext {
  readonly store: Store;
  readonly committer: Committer;
  readonly network: EmbeddedNetwork;
  now(): number;
}

/** Writes a configuration block, and applies it, unless the one in force says the same. */
export async function commitConfig(
  { store, committer, network, now }: BootstrapContext,
  msps: readonly MemberMsp[],
  apply: () => void,
): Promise<void> {
  const current = readCurrentConfig(store);
  if (current && isSameConfig(current.members, msps)) return;
  const sequence = current ? current.sequence + 1 : 0;
  const envelope = encodeConfigEnvelope({ network, msps, sequence }, now());
  await committer.commitConfiguration(envelope, apply);
}

/** Defines the chaincode unless the definition in force has the network's policy. */
export async function commitDefinition(
  { store, committer, network, now }: BootstrapContext,
  peers: readonly Signer[],
): Promise<void> {
  const current = readChaincodePolicy(store, network.chaincode);
  if (current && equalBytes(current, networkPolicy(network))) return;
  const sequence = (readDefinitions(store, network.chaincode).at(-1)?.sequence ?? 0) + 1;
  const envelope = await encodeDefinition(network, store, peers, sequence, now());
  await committer.commitAlone(envelope);
}

/** The MSPs in force; null on an empty ledger. */
function readCurrentConfig(store: Store): ReturnType<typeof readConfig> | null {
  const last = store.block(store.height() - 1);
  if (!last) return null;
  const { lastConfig } = readBlockSignatures(readBlock(last));
  return readConfig(store.block(lastConfig)!);
}

function isSameConfig(a: readonly MspDefinition[], b: readonly MemberMsp[]): boolean {
  return describe(a) === describe(b);
}

function describe(msps: readonly MemberMsp[]): string {
  const sorted = msps.toSorted((a, b) => (a.mspId < b.mspId ? -1 : 1));
  return JSON.stringify(
    sorted.map(({ mspId, roots, intermediates, revocations }) => [
      mspId,
      roots,
      intermediates,
      revocations,
    ]),
  );
}

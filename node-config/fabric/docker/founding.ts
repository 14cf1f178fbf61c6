/**
 * How nodes in containers come into a new channel, for those members whose files are here. Each step
 * may be repeated, after an interruption too.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Consortium } from '../../../gateway/src/identity/consortium.ts';
import { versionOf } from '../chaincode-package.ts';
import type { Definition } from '../native/admin.ts';
import { packageFile } from '../native/network.ts';
import type { NetworkState } from '../native/state.ts';
import { formatEndorsementPolicy } from '../policy.ts';
import type { MemberNodes } from '../topology.ts';
import { openAdmin } from './site.ts';
import { NETWORK } from './topology.ts';

const POLL_MS = 2000;

export interface Founding {
  readonly state: NetworkState;
  /** Members whose administrators act here. */
  readonly own: readonly MemberNodes[];
  readonly signal: AbortSignal;
  readonly say: (step: string) => void;
}

export async function joinChannel({ state, own, signal, say }: Founding): Promise<void> {
  const admin = openAdmin(signal);
  say('joining the channel');
  await Promise.all(
    own.map(async (nodes) => {
      await admin.joinOrderer(nodes, state.channel);
      await admin.joinPeer(nodes);
      await admin.install(nodes, packageFile(NETWORK, state));
    }),
  );
}

/**
 * Approves the chaincode's first definition; where the first member's administrator acts, commits it
 * as well, once the others have approved.
 */
export async function agreeOnChaincode(
  { state, own, signal, say }: Founding,
  { members, parameters }: Consortium,
): Promise<void> {
  const admin = openAdmin(signal);
  const { channel, chaincode, packageId } = state;
  const definition: Definition = {
    ...{ channel, name: chaincode, version: versionOf(chaincode, packageId), sequence: 1 },
    policy: formatEndorsementPolicy(members, parameters.endorsementThreshold),
  };
  say('agreeing on the chaincode');
  await Promise.all(own.map((nodes) => admin.approve(nodes, definition, packageId)));
  const [first] = state.members;
  if (!own.some(({ mspId }) => mspId === first!.mspId)) return;
  for (;;) {
    try {
      return await admin.commit(state.members, definition);
    } catch (error) {
      // Of an earlier run; nothing else commits in a network that is not ready yet.
      if ((error as Error).message.includes('new definition must be sequence 2')) return;
      say(`waiting for the other members: ${(error as Error).message}`);
      await sleep(POLL_MS, undefined, { signal });
    }
  }
}

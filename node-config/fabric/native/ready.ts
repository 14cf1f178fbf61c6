/** Whether every member's peer can already have every other member's endorse. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Signer } from '../../../gateway/src/ledger/act.ts';
import { LedgerError, type LedgerPort } from '../../../gateway/src/ledger/port.ts';
import { layoutMember } from '../layout.ts';
import type { MemberNodes } from '../topology.ts';
import { connectMember, readSigner } from './connect.ts';

const POLL = 100;

/**
 * Peers learn of each other by gossip, seconds after the chaincode is committed. Asking for a function
 * that does not exist shows it: the contract's own refusal means that the way is open.
 */
export async function awaitEndorsers(
  directory: string,
  members: readonly MemberNodes[],
  signal: AbortSignal,
  chaincode?: string,
): Promise<void> {
  const mspIds = members.map(({ mspId }) => mspId);
  await Promise.all(
    mspIds.map((mspId) => awaitEndorsersOf(directory, mspId, mspIds, signal, chaincode)),
  );
}

/** The same, as one member's peer sees it. */
export async function awaitEndorsersOf(
  directory: string,
  mspId: string,
  endorsers: readonly string[],
  signal: AbortSignal,
  chaincode?: string,
): Promise<void> {
  const policy = { members: [], endorsementThreshold: endorsers.length };
  const named = chaincode === undefined ? {} : { chaincode };
  const ledger = await connectMember({ directory, mspId, ...policy, ...named });
  const signer = await readSigner(mspId, layoutMember(directory, mspId).gateway);
  try {
    while (!(await canEndorse(ledger, signer, endorsers))) {
      await sleep(POLL, undefined, { signal });
    }
  } finally {
    await ledger.close();
  }
}

export async function canEndorse(
  ledger: LedgerPort,
  signer: Signer,
  endorsers: readonly string[],
): Promise<boolean> {
  const request = { transaction: 'network:ready', args: [], creator: signer.creator };
  const { proposal } = await ledger.prepare(request);
  const signed = { bytes: proposal, signature: await signer.sign(proposal) };
  try {
    await ledger.endorse(signed, { endorsers });
    return true;
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    return error.code === 'CONTRACT';
  }
}

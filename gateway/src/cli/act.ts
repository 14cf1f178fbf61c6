/** One act, signed by the key of this profile: nothing is signed that was not asked for. */
import { canonicalBytes, parseCanonical } from '@tabellion/proof';
import { performAct, type Signer } from '../ledger/act.ts';
import { expectRecord } from '../ledger/compare-record.ts';
import type { CommitStatus } from '../ledger/port.ts';
import { createActPort } from './act-port.ts';
import { CliError } from './failure.ts';
import type { Session } from './session.ts';
import { openSigner } from './session.ts';
import { readPinnedTrust } from './trust-pin.ts';

export interface Act {
  /** Fabric function, `<word>:<verb>`. */
  readonly transaction: string;
  readonly input: object;
  readonly transient?: Readonly<Record<string, Uint8Array>>;
  /** Members that are to endorse, where it matters who sees the transient input. */
  readonly endorsers?: readonly string[];
  /** Told which transaction it will be, and of the record, before it can be on the ledger. */
  readonly onEndorsed?: (txId: string, record: Uint8Array) => Promise<void>;
}

export interface Acted {
  readonly txId: string;
  readonly status: CommitStatus;
  /** The record as it stands on the ledger. */
  readonly record: Readonly<Record<string, unknown>>;
}

/**
 * Prepares, compares, signs, submits and waits for the commit.
 * @throws LedgerError `UNKNOWN` when the outcome could not be learnt; its message names the transaction.
 */
export async function performOwnAct(session: Session, act: Act): Promise<Acted> {
  const signer: Signer = await openSigner(session);
  const port = createActPort(session.client, signer.certificate);
  const { transaction, input, transient, endorsers, onEndorsed } = act;
  const trust = await readPinnedTrust(session.paths);
  const request = {
    transaction,
    args: [canonicalBytes(input)],
    ...(transient && { transient }),
  };
  const assertExpected = expectRecord(request, signer);
  const { txId, result, status } = await performAct(
    port,
    signer,
    request,
    async (endorsed) => {
      assertExpected(endorsed);
      await onEndorsed?.(endorsed.txId, endorsed.result);
    },
    {
      signal: session.signal,
      ...(endorsers && { endorsers }),
      ...(trust && { channel: trust.channel, chaincode: trust.chaincode }),
    },
  );
  if (status.code !== 'VALID') {
    throw new CliError(
      'TRANSACTION_INVALID',
      `${txId} was ordered but is ${status.code}: try again`,
    );
  }
  return { txId, status, record: parseCanonical(result) as Record<string, unknown> };
}

/** What every act answers with. */
export const describeActed = ({ txId, status, record }: Acted) => ({
  txId,
  code: status.code,
  block: status.block,
  position: status.position,
  record,
});

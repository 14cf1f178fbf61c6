/**
 * One signed act from the side of its person. Whoever stands between this and the endorsers can relay
 * it, delay it or lose it, but gets no signature under anything that was not asked for.
 */
import {
  canonicalBytes,
  equalBytes,
  FabricError,
  type Invocation,
  type Proposal,
  parseCanonical,
  readProposal,
  readTransaction,
  type Transaction,
} from '@tabellion/proof';
import {
  type CommitStatus,
  type EndorsedTransaction,
  type EndorseOptions,
  LedgerError,
  type LedgerPort,
  type ProposalRequest,
  type WaitOptions,
} from './port.ts';

/** A person's (or service's) signing key, wherever it is kept. */
export interface Signer {
  readonly mspId: string;
  /** PEM. */
  readonly certificate: string;
  /** `msp.SerializedIdentity` bytes of the certificate. */
  readonly creator: Uint8Array;
  /** ECDSA P-256 over SHA-256 of the bytes; DER, low-S. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** The part of the ledger that an act needs; a remote gateway offers the same over HTTP. */
export type ActPort = Pick<LedgerPort, 'prepare' | 'endorse' | 'submit' | 'status'>;

export type ActRequest = Omit<ProposalRequest, 'creator'>;

/** What the endorsers answered, taken apart and found to belong to the signed proposal. */
export interface EndorsedAct {
  readonly txId: string;
  /** Time of the proposal, milliseconds since 1970. */
  readonly at: number;
  readonly result: Uint8Array;
  readonly transaction: Transaction;
}

export interface ActOptions extends WaitOptions, EndorseOptions {
  /** The channel and chaincode that the act is meant for, where the port itself does not say. */
  readonly channel?: string;
  readonly chaincode?: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** By how much the proposal's time may differ from `now`; 300 if absent. */
  readonly maxSkewSeconds?: number;
}

export interface PerformedAct {
  readonly txId: string;
  readonly result: Uint8Array;
  /** Committed, but not necessarily `VALID`. */
  readonly status: CommitStatus;
}

/**
 * Prepares, checks, signs, has it endorsed, checks again, signs, submits and waits for the commit.
 * `compare` sees what the endorsers answered before it is signed, and throws what it does not accept.
 * @throws LedgerError `BAD_PROPOSAL` (not what was asked), `CLOCK_SKEW` (made at another time than it is
 *   here), `ENDORSEMENT_MISMATCH` (not what was signed), and whatever the port throws.
 */
export async function performAct(
  port: ActPort,
  signer: Signer,
  request: ActRequest,
  compare: (endorsed: EndorsedAct) => void | Promise<void>,
  options: ActOptions = {},
): Promise<PerformedAct> {
  const prepared = await port.prepare({ ...request, creator: signer.creator });
  const proposal = decode('BAD_PROPOSAL', () => readProposal(prepared.proposal));
  assertAsked(proposal, request, signer, options);
  const { txId } = proposal;

  const { endorsers } = options;
  const endorsed = await port.endorse(
    { bytes: prepared.proposal, signature: await signer.sign(prepared.proposal) },
    endorsers && { endorsers },
  );
  const transaction = decode('ENDORSEMENT_MISMATCH', () => readTransaction(endorsed.payload), txId);
  assertAnswered(transaction, proposal, endorsed);
  await compare({ txId, at: proposal.timestampMs, result: endorsed.result, transaction });

  await port.submit({ bytes: endorsed.payload, signature: await signer.sign(endorsed.payload) });
  const { signal } = options;
  const status = await port.status(txId, signal && { signal });
  if (status.txId !== txId) {
    throw new LedgerError('UNKNOWN', 'the status is of another transaction', { txId });
  }
  return { txId, result: endorsed.result, status };
}

function decode<T>(code: 'BAD_PROPOSAL' | 'ENDORSEMENT_MISMATCH', read: () => T, txId?: string): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof FabricError)) throw cause;
    throw new LedgerError(code, cause.message, txId ? { txId, cause } : { cause });
  }
}

function assertAsked(
  proposal: Proposal,
  request: ActRequest,
  signer: Signer,
  options: ActOptions,
): void {
  const { maxSkewSeconds = 300, now = Date.now } = options;
  const wanted: Record<string, boolean> = {
    channel: (options.channel ?? proposal.channel) === proposal.channel,
    chaincode: (options.chaincode ?? proposal.chaincode) === proposal.chaincode,
    creator: equalBytes(proposal.creator.bytes, signer.creator),
    'function or arguments': isSameCall(proposal.invocation, request),
    'transient input': isSameTransient(proposal.invocation, request),
  };
  const wrong = Object.keys(wanted).filter((what) => !wanted[what]);
  if (wrong.length > 0) {
    throw new LedgerError('BAD_PROPOSAL', `not what was asked for: ${wrong.join(', ')}`);
  }
  assertPresent(proposal.timestampMs - now(), maxSkewSeconds);
}

function assertPresent(ahead: number, maxSkewSeconds: number): void {
  if (Math.abs(ahead) <= maxSkewSeconds * 1000) return;
  const seconds = Math.round(Math.abs(ahead) / 1000);
  throw new LedgerError(
    'CLOCK_SKEW',
    `by this machine's clock, the proposal was made ${seconds} s ${ahead > 0 ? 'from now' : 'ago'}`,
  );
}

function isSameCall({ args: [fn, ...args] }: Invocation, request: ActRequest): boolean {
  return (
    fn !== undefined &&
    equalBytes(fn, Buffer.from(request.transaction)) &&
    args.length === request.args.length &&
    args.every((arg, index) => equalBytes(arg, request.args[index]!))
  );
}

function isSameTransient({ transient }: Invocation, request: ActRequest): boolean {
  const asked = Object.entries(request.transient ?? {});
  return (
    transient.size === asked.length &&
    asked.every(([name, value]) => {
      const given = transient.get(name);
      return given !== undefined && equalBytes(given, value);
    })
  );
}

/** The payload carries exactly the signed proposal, a success, and writes that the result announces. */
function assertAnswered(
  transaction: Transaction,
  proposal: Proposal,
  endorsed: EndorsedTransaction,
): void {
  const { response } = transaction;
  const writing = transaction.rwset.filter(isWriting).map(({ namespace }) => namespace);
  const wanted: Record<string, boolean> = {
    proposal:
      equalBytes(transaction.proposalHash, proposal.proposalHash) &&
      equalBytes(transaction.channelHeader, proposal.channelHeader) &&
      equalBytes(transaction.signatureHeader, proposal.signatureHeader),
    status: response.status === 200,
    result: equalBytes(response.payload, endorsed.result),
    endorsements: transaction.endorsements.length > 0,
    namespace: writing.every((namespace) => namespace === proposal.chaincode),
    event: isAnnounced(transaction, proposal),
  };
  const wrong = Object.keys(wanted).filter((what) => !wanted[what]);
  if (wrong.length > 0) {
    const { txId } = proposal;
    throw new LedgerError('ENDORSEMENT_MISMATCH', `not what was signed: ${wrong.join(', ')}`, {
      txId,
    });
  }
}

function isWriting({ writes, metadataWrites, collections }: Transaction['rwset'][number]): boolean {
  return (
    writes.length > 0 ||
    metadataWrites.length > 0 ||
    collections.some(
      (collection) => collection.writes.length + collection.metadataWrites.length > 0,
    )
  );
}

/**
 * Tabellion's contracts announce each act with one event `{key, record}` named for the function. The
 * record is the result, and stands under that key in what is written.
 */
function isAnnounced(transaction: Transaction, proposal: Proposal): boolean {
  const { event, response, rwset } = transaction;
  const fn = Buffer.from(proposal.invocation.args[0] ?? []).toString();
  if (event?.name !== fn || event.txId !== proposal.txId) return false;
  let announced: { key?: unknown; record?: unknown };
  try {
    announced = parseCanonical(event.payload) as typeof announced;
    if (!equalBytes(canonicalBytes(announced.record), response.payload)) return false;
  } catch {
    return false;
  }
  const writes = rwset.find(({ namespace }) => namespace === proposal.chaincode)?.writes ?? [];
  return writes.some(({ key, value }) => {
    return key === announced.key && equalBytes(value, response.payload);
  });
}

/**
 * Puts one batch on the ledger, once. The record that the endorsers answer with is compared byte for
 * byte with the one expected before anything is signed; every attempt is written down before it is
 * submitted; and no attempt is made anew unless the earlier ones are known to have failed.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type {
  AcquisitionRecord,
  AnchorInput,
  BatchRecord,
} from '@tabellion/chaincode/evidence/record';
import { canonicalBytes, equalBytes, sha256, toHex } from '@tabellion/proof';
import { type ActOptions, type ActPort, performAct, type Signer } from '../ledger/act.ts';
import { type CommitStatus, LedgerError, type LedgerPort } from '../ledger/port.ts';
import { resubmitting } from '../ledger/resubmit.ts';
import { Backoff } from './backoff.ts';
import { EvidenceError } from './error.ts';
import { expectBatch } from './expected-batch.ts';

/** What is to be anchored. */
export interface BatchContent {
  readonly acquisition: string;
  /** Merkle root over the manifest's lines, hex. */
  readonly root: string;
  /** Items. */
  readonly size: number;
  /** Sum of the items' sizes. */
  readonly bytes: number;
  /** SHA-256 of the manifest, hex. */
  readonly manifest: string;
  /** Earliest collection of an item, milliseconds since 1970. */
  readonly collectedAt: number;
}

/** State that a batch record depends on, read in one go. */
export interface AnchorContext {
  readonly acquisition: AcquisitionRecord;
  /** The acquisition's chain of batches as it stands. */
  readonly head: {
    readonly sequence: number;
    readonly last: string | null;
    readonly closed: boolean;
  };
  /** Jurisdictions of other members touched, as known now. */
  readonly touched: readonly string[];
  /** Jurisdiction of the signer's member, from the register. */
  readonly jurisdiction: string;
  readonly parameters: {
    readonly batchMaxItems: number;
    readonly volatileGapSeconds: number;
    readonly timeWindowSeconds: number;
  };
}

export interface AnchorReader {
  /**
   * The head as it stands; what changes seldom may be a few seconds old unless asked for `fresh`.
   * @throws EvidenceError `ACQUISITION_UNKNOWN`.
   */
  readContext(acquisition: string, how?: { readonly fresh?: boolean }): Promise<AnchorContext>;
  /** Whether the ledger holds a batch, at no lower height than the context read before it. */
  hasBatch(digest: string): Promise<boolean>;
}

export interface AnchorPorts {
  readonly act: ActPort;
  readonly signer: Signer;
  readonly reader: AnchorReader;
  /** The channel and chaincode that batches are meant for, where they are known. */
  readonly target?: Pick<LedgerPort, 'channel' | 'chaincode'> | undefined;
}

/** A transaction that may put the batch on the ledger. */
export interface Attempt {
  /** Digest that the batch record gets by this transaction. */
  readonly digest: string;
  readonly txId: string;
}

export interface AttemptLog {
  list(): readonly Attempt[];
  /** On disk (where there is one) when this returns. */
  record(attempt: Attempt): void;
}

export interface AnchoredBatch extends Attempt {
  readonly sequence: number | undefined;
}

export interface AnchorOptions {
  readonly signal?: AbortSignal;
  /** How long to ask for a transaction's status before it counts as unknown, milliseconds. */
  readonly statusMs?: number;
  /** How long to go on while others keep extending the chain, milliseconds. */
  readonly conflictMs?: number;
}

const STATUS_MS = 120_000;
/** How long to try to extend a chain that others keep extending, milliseconds. */
const CONFLICT_MS = 300_000;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 2_000;

/** Attempts of a batch that nobody waits for after a restart. */
export function forgetfulLog(): AttemptLog {
  const attempts: Attempt[] = [];
  return { list: () => attempts, record: (attempt) => void attempts.push(attempt) };
}

/**
 * Anchors the batch unless one of the logged attempts has done so already.
 * @throws EvidenceError `ACQUISITION_UNKNOWN`, `ACQUISITION_CLOSED`, `RECORD_MISMATCH`,
 * `CHAIN_CONFLICT`, `TRANSACTION_INVALID`; LedgerError, `UNKNOWN` if the outcome could not be learnt:
 * calling again with the same log is then harmless.
 */
export async function anchorBatch(
  content: BatchContent,
  ports: AnchorPorts,
  log: AttemptLog,
  options: AnchorOptions = {},
): Promise<AnchoredBatch> {
  const backoff = new Backoff();
  const until = performance.now() + (options.conflictMs ?? CONFLICT_MS);
  let fresh = false;
  for (;;) {
    const began = performance.now();
    // The head first: an attempt that is not on the ledger once the head was read either extends
    // that head, so that only one of it and the next can be valid, or never becomes valid.
    const context = await ports.reader.readContext(content.acquisition, { fresh });
    const earlier = await findAnchored(log, ports.reader);
    if (earlier !== undefined) return { ...earlier, sequence: undefined };
    if (context.head.closed) {
      throw new EvidenceError('ACQUISITION_CLOSED', 'the acquisition takes no more batches');
    }
    try {
      const done = await submitBatch(content, context, ports, log, options);
      if (done !== undefined) return done;
    } catch (error) {
      // Nothing was signed. Once more: what the record depends on may have changed since it was read.
      if (fresh || !isMismatch(error)) throw error;
      fresh = true;
      continue;
    }
    const now = performance.now();
    if (now > until) throw new EvidenceError('CHAIN_CONFLICT', 'the acquisition kept changing');
    const pause = backoff.choosePause(context.head.sequence, now - began);
    await delay(pause, undefined, signalOf(options));
  }
}

async function findAnchored(log: AttemptLog, reader: AnchorReader): Promise<Attempt | undefined> {
  for (const attempt of log.list()) if (await reader.hasBatch(attempt.digest)) return attempt;
  return undefined;
}

const isMismatch = (error: unknown) =>
  error instanceof EvidenceError && error.code === 'RECORD_MISMATCH';

/** Undefined if somebody else extended the chain first. */
async function submitBatch(
  content: BatchContent,
  context: AnchorContext,
  ports: AnchorPorts,
  log: AttemptLog,
  options: AnchorOptions,
): Promise<AnchoredBatch | undefined> {
  const input: AnchorInput = {
    acquisition: content.acquisition,
    sequence: context.head.sequence + 1,
    previous: context.head.last,
    root: content.root,
    size: content.size,
    bytes: content.bytes,
    manifest: content.manifest,
    collectedAt: content.collectedAt,
  };
  let attempt: Attempt | undefined;
  const act = resubmitting(ports.act);
  const signal = limitWait(options);
  try {
    const { status } = await performAct(
      act,
      ports.signer,
      { transaction: 'evidence:anchor', args: [canonicalBytes(input)] },
      ({ txId, at, result }) => {
        const record = expectBatch(input, context, ports.signer, { txId, at });
        attempt = { txId, digest: assertSameRecord(record, result) };
        log.record(attempt);
      },
      { ...targetOf(ports), signal },
    );
    return finish(attempt!, status, input.sequence);
  } catch (error) {
    if (isConflict(error)) return undefined;
    if (attempt === undefined || !isUnknown(error)) throw error;
    return finish(attempt, await learnStatus(act, attempt.txId, signal), input.sequence);
  }
}

/** @throws EvidenceError `RECORD_MISMATCH`. Returns the record's digest. */
function assertSameRecord(expected: BatchRecord, result: Uint8Array): string {
  const bytes = canonicalBytes(expected);
  if (!equalBytes(bytes, result)) {
    throw new EvidenceError('RECORD_MISMATCH', 'the endorsed record is not the one asked for');
  }
  return toHex(sha256(bytes));
}

const CONFLICTS = new Set(['MVCC_READ_CONFLICT', 'PHANTOM_READ_CONFLICT', 'OVERTAKEN']);

function finish(
  attempt: Attempt,
  status: CommitStatus,
  sequence: number,
): AnchoredBatch | undefined {
  if (status.code === 'VALID') return { ...attempt, sequence };
  if (CONFLICTS.has(status.code)) return undefined;
  throw new EvidenceError('TRANSACTION_INVALID', `the batch was ordered but is ${status.code}`);
}

function limitWait({ signal, statusMs = STATUS_MS }: AnchorOptions): AbortSignal {
  const until = AbortSignal.timeout(statusMs);
  return signal === undefined ? until : AbortSignal.any([until, signal]);
}

/** Asks for the same transaction's status until it is known or the wait ends. */
async function learnStatus(
  port: ActPort,
  txId: string,
  signal: AbortSignal,
): Promise<CommitStatus> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await port.status(txId, { signal });
    } catch (error) {
      if (signal.aborted || !isUnknown(error)) throw error;
    }
    await delay(pause, undefined, { signal }).catch(() => {
      throw new LedgerError('UNKNOWN', 'whether the batch was committed is not known', { txId });
    });
  }
}

/** Nothing is known of the outcome, or the way to it is cut. */
function isUnknown(error: unknown): boolean {
  return codesOf(error).some((code) => code === 'UNKNOWN' || code === 'UNAVAILABLE');
}

function isConflict(error: unknown): boolean {
  return codesOf(error).some((code) => code === 'CHAIN_CONFLICT' || CONFLICTS.has(code));
}

/** An error's own code and the contract's; a remote gateway gives the latter as the former. */
function codesOf(error: unknown): string[] {
  const { code, contractCode } = error as { code?: unknown; contractCode?: unknown };
  return [code, contractCode].filter((each) => typeof each === 'string');
}

function targetOf({ target }: AnchorPorts): Pick<ActOptions, 'channel' | 'chaincode'> {
  return target === undefined ? {} : { channel: target.channel, chaincode: target.chaincode };
}

function signalOf({ signal }: AnchorOptions): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

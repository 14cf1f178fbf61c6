/**
 * Offline verification of one item: the bundle says what was anchored, the trust file says whom to
 * believe. No clock, no network, no file; time and digests come in as arguments.
 */
import { equalBytes, fromHex } from '../bytes/encoding.ts';
import { parseCanonical } from '../json/parse.ts';
import { leafHash, rootFromPath } from '../merkle/path.ts';
import {
  checkAnswer,
  checkEndorsers,
  checkLedger,
  checkQuestion,
  checkReads,
  checkSignatures,
  readAttestation,
} from './attestation.ts';
import { BATCH_KEY_PREFIX, type ProvenBatch, provenBatch } from './batch-record.ts';
import type { BundleParts } from './encode.ts';
import { INTACT_FILE, MESSAGES } from './message.ts';
import { readBundle } from './read-bundle.ts';
import { type Commitment, commitment, type Trust } from './record.ts';
import { demand, refusalCode } from './refusal.ts';
import { isNewer, openMembers, type TrustedMember } from './trust.ts';
import { type Step, VERDICTS, type Verdict, type VerdictCode } from './verdict.ts';

export interface VerifyOptions {
  /** Milliseconds since 1970: the time at which certificates must hold. */
  readonly now: number;
  /** The file at hand; without it only the commitment is verified. */
  readonly file?: { readonly sha256: string; readonly size: number };
  /** Bytes with which the attestation's nonce must begin. */
  readonly challenge?: Uint8Array;
}

export type VerifyBundle = (bundleBytes: Uint8Array, options: VerifyOptions) => Verdict;

/** Verifies one bundle; never throws. */
export function verify(bundleBytes: Uint8Array, trust: Trust, options: VerifyOptions): Verdict {
  return createVerifier(trust)(bundleBytes, options);
}

/** A verifier for many bundles under one trust file, whose certificates are read once. */
export function createVerifier(trust: Trust): VerifyBundle {
  let opened: ReadonlyMap<string, TrustedMember> | undefined;
  const members = () => {
    opened ??= openMembers(trust);
    return opened;
  };
  return (bundleBytes, options) => runSteps(bundleBytes, trust, members, options);
}

/**
 * Nothing is interpreted before it is authenticated: attestation, then the record that it attests,
 * then the root in that record, the item under that root, and the file last, so that an altered file
 * beside a sound bundle is told as such and an altered bundle never is.
 */
function runSteps(
  bundleBytes: Uint8Array,
  trust: Trust,
  members: () => ReadonlyMap<string, TrustedMember>,
  { now, file, challenge }: VerifyOptions,
): Verdict {
  const steps: { step: Step; ok: boolean }[] = [];
  const step = <T>(name: Step, work: () => T): T => {
    const entry = { step: name, ok: false };
    steps.push(entry);
    const result = work();
    entry.ok = true;
    return result;
  };
  let claims: Verdict['claims'];
  try {
    const bundle = step('bundle', () => readBundle(bundleBytes));
    const known = step('trust', members);
    const attestation = step('attestation', () => readAttestation(bundle.attestation));
    const endorsers = step('endorsers', () => checkEndorsers(attestation, trust, known, now));
    step('signatures', () => checkSignatures(attestation, endorsers));
    step('ledger', () => checkLedger(attestation, trust));
    step('question', () => checkQuestion(attestation, challenge));
    const key = step('answer', () => checkAnswer(attestation, bundle.record));
    const place = step('reads', () => checkReads(attestation, trust, key));
    const batch = step('record', () => readRecord(bundle));
    step('path', () => checkPath(bundle, batch));
    const item = step('item', () => readItem(bundle.commitment));
    claims = {
      acquisition: batch.acquisition,
      batch: key.slice(BATCH_KEY_PREFIX.length),
      index: bundle.index,
      size: item.size,
      path: item.path,
      sha256: item.digest.sha256,
      anchoredAt: batch.act.at,
      attestedAt: attestation.timestampMs,
      block: place.block,
      position: place.transaction,
      endorsers: endorsers.map(({ mspId }) => mspId),
      keyCustody: batch.act.keyCustody,
      fileChecked: file !== undefined,
    };
    if (file) step('file', () => checkFile(item, file));
  } catch (error) {
    return conclude(refusalCode(error), steps, claims);
  }
  return conclude('INTACT', steps, claims);
}

function conclude(code: VerdictCode, steps: Verdict['steps'], claims: Verdict['claims']): Verdict {
  const isFileIntact = code === 'INTACT' && claims?.fileChecked === true;
  return {
    outcome: VERDICTS[code],
    code,
    message: isFileIntact ? INTACT_FILE : MESSAGES[code],
    steps,
    ...(claims && { claims }),
  };
}

/** The attested record is a batch of the size that the path assumes. */
function readRecord({ record, size }: BundleParts): ProvenBatch {
  const value = parseCanonical(record);
  demand((value as { type?: unknown } | null)?.type === 'tabellion.batch', 'RECORD_MISMATCH');
  demand(!isNewer(value), 'UNSUPPORTED_VERSION');
  const batch = provenBatch.safeParse(value);
  demand(batch.success && batch.data.size === size, 'RECORD_MISMATCH');
  return batch.data;
}

function checkPath(
  { commitment: item, index, size, hashes }: BundleParts,
  batch: ProvenBatch,
): void {
  const root = rootFromPath({ leaf: leafHash(item), index, size, hashes });
  demand(equalBytes(root, fromHex(batch.root)), 'ROOT_MISMATCH');
}

function readItem(bytes: Uint8Array): Commitment {
  const value = parseCanonical(bytes);
  demand(!isNewer(value), 'UNSUPPORTED_VERSION');
  return commitment.parse(value);
}

/** The digest first: a file of another size has another digest, and that is what is told. */
function checkFile(item: Commitment, file: NonNullable<VerifyOptions['file']>): void {
  const sha256 = file.sha256.toLowerCase();
  demand(/^[0-9a-f]{64}$/.test(sha256), 'MALFORMED');
  demand(sha256 === item.digest.sha256, 'FILE_DIGEST_MISMATCH');
  demand(file.size === item.size, 'FILE_SIZE_MISMATCH');
}

import type { Envelope } from '../fabric/envelope.ts';
import type { NamespaceRwset, Version } from '../fabric/rwset.ts';
import { parseCanonical } from '../json/parse.ts';
import { leafHash } from '../merkle/path.ts';
import {
  checkAccess,
  checkAnswer,
  checkEndorsers,
  checkLedger,
  checkQuestion,
  checkReads,
  checkSignatures,
  readAttestation,
} from './attestation.ts';
import {
  BATCH_KEY_PREFIX,
  batchKeyOf,
  type ProvenBatch,
  provenBatch,
  READ_FUNCTION,
} from './batch-record.ts';
import {
  CUSTODY_READ_FUNCTION,
  type CustodyParts,
  checkCommitment,
  headKeyOf,
  readChain,
} from './custody-chain.ts';
import type { BundleParts } from './encode.ts';
import {
  checkSaidReads,
  LABEL_SAID_FUNCTION,
  labelArgumentOf,
  labelFunctionOf,
} from './label-said.ts';
import {
  INTACT_CUSTODY,
  INTACT_CUSTODY_FILE,
  INTACT_FILE,
  INTACT_LABEL,
  INTACT_LABEL_SAID,
  INTACT_ORDER,
  INTACT_ORDER_CONTENTS,
  MESSAGES,
} from './message.ts';
import { ORDER_READ_FUNCTION, orderHeadKeyOf } from './order-chain.ts';
import { checkRoot, proveLabel } from './prove-label.ts';
import { proveOrder } from './prove-order.ts';
import { type Bundle, readBundle } from './read-bundle.ts';
import { type Commitment, commitment, type Trust } from './record.ts';
import { demand, refusalCode } from './refusal.ts';
import { isNewer, openMembers, type TrustedMember } from './trust.ts';
import { type RunStep, type Step, VERDICTS, type Verdict, type VerdictCode } from './verdict.ts';

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

type Told = Pick<Verdict, 'claims' | 'custody' | 'label' | 'order'>;

/**
 * Nothing is interpreted before it is authenticated: attestation, then the record that it attests,
 * then what that record binds, and the file last, so that an altered file beside a sound bundle is told
 * as such and an altered bundle never is.
 */
function runSteps(
  bundleBytes: Uint8Array,
  trust: Trust,
  members: () => ReadonlyMap<string, TrustedMember>,
  options: VerifyOptions,
): Verdict {
  const steps: { step: Step; ok: boolean }[] = [];
  const step: RunStep = (name, work) => {
    const entry = { step: name, ok: false };
    steps.push(entry);
    const result = work();
    entry.ok = true;
    return result;
  };
  let told: Told = {};
  const tell = (what: Told) => {
    told = what;
  };
  try {
    const bundle = step('bundle', () => readBundle(bundleBytes));
    const known = step('trust', members);
    const attestation = step('attestation', () => readAttestation(bundle.attestation));
    const { readFunction, record, keyOf, judge } = attestedBy(bundle, attestation);
    const endorsers = step('endorsers', () =>
      checkEndorsers(attestation, trust, known, options.now),
    );
    step('signatures', () => checkSignatures(attestation, endorsers));
    step('ledger', () => checkLedger(attestation, trust));
    step('question', () => checkQuestion(attestation, readFunction, options.challenge));
    const key = step('answer', () => checkAnswer(attestation, record, keyOf));
    const place = step('reads', () =>
      judge ? checkAccess(attestation, trust, judge) : checkReads(attestation, trust, key),
    );
    const read: Attested = {
      key,
      block: place.block,
      position: place.transaction,
      attestedAt: attestation.timestampMs,
      endorsers: endorsers.map(({ mspId }) => mspId),
    };
    if (bundle.kind === 'compact') proveItem(bundle, read, options, step, tell);
    else if (bundle.kind === 'custody') proveCustody(bundle, read, options, step, tell);
    else {
      const { key: _, ...where } = read;
      if (bundle.kind === 'label')
        tell({ label: { ...proveLabel(bundle, record, step), ...where } });
      else {
        const { now, challenge } = options;
        const { attestedAt } = read;
        const context = { trust, members: known, now, challenge, headPlace: place, attestedAt };
        tell({ order: { ...proveOrder(bundle, record, context, step), ...where } });
      }
      // Neither a statement nor an order has a content that a file could be compared with.
      if (options.file) step('file', () => demand(false, 'ITEM_MISSING'));
    }
  } catch (error) {
    return conclude(refusalCode(error), steps, told);
  }
  return conclude('INTACT', steps, told);
}

interface AttestedAnswer {
  readonly readFunction: string;
  readonly record: Uint8Array;
  readonly keyOf: (record: Uint8Array) => string;
  /** Where it rests on more than the one key. */
  readonly judge?: (own: NamespaceRwset) => Version;
}

/** What of a bundle the endorsers must have been asked for, and have answered. */
function attestedBy(bundle: Bundle, attestation: Envelope): AttestedAnswer {
  if (bundle.kind === 'compact') {
    return { readFunction: READ_FUNCTION, record: bundle.record, keyOf: batchKeyOf };
  }
  if (bundle.kind === 'custody') {
    return { readFunction: CUSTODY_READ_FUNCTION, record: bundle.head, keyOf: headKeyOf };
  }
  const record = attestation.response.payload;
  if (bundle.kind === 'order') {
    return { readFunction: ORDER_READ_FUNCTION, record, keyOf: orderHeadKeyOf };
  }
  const readFunction = labelFunctionOf(attestation);
  const judge = (own: NamespaceRwset) => checkSaidReads(own, record);
  const isSaid = readFunction === LABEL_SAID_FUNCTION;
  return { readFunction, record, keyOf: labelArgumentOf, ...(isSaid && { judge }) };
}

interface Attested {
  readonly key: string;
  readonly block: number;
  readonly position: number;
  readonly attestedAt: number;
  readonly endorsers: readonly string[];
}

function proveItem(
  bundle: BundleParts,
  { key, ...read }: Attested,
  { file }: VerifyOptions,
  step: RunStep,
  tell: (what: Told) => void,
): void {
  const batch = step('record', () => readRecord(bundle));
  step('path', () => checkRoot({ ...bundle, leaf: leafHash(bundle.commitment) }, batch.root));
  const item = step('item', () => readItem(bundle.commitment));
  tell({
    claims: {
      ...read,
      acquisition: batch.acquisition,
      batch: key.slice(BATCH_KEY_PREFIX.length),
      index: bundle.index,
      size: item.size,
      path: item.path,
      ...(item.container !== undefined && { container: item.container }),
      sha256: item.digest.sha256,
      anchoredAt: batch.act.at,
      keyCustody: batch.act.keyCustody,
      fileChecked: file !== undefined,
    },
  });
  if (file) step('file', () => checkFile(item, file));
}

function proveCustody(
  bundle: CustodyParts,
  { key: _, ...read }: Attested,
  { file }: VerifyOptions,
  step: RunStep,
  tell: (what: Told) => void,
): void {
  const chain = step('chain', () => readChain(bundle));
  const { commitment: bytes } = bundle;
  const item =
    bytes &&
    step('item', () => {
      checkCommitment(bytes, chain);
      return readContent(bytes);
    });
  const content = item && { sha256: item.digest.sha256, size: item.size, path: item.path };
  const fileChecked = file !== undefined;
  tell({ custody: { ...chain, ...read, ...(content && { content }), fileChecked } });
  if (!file) return;
  step('file', () => {
    // Without the commitment of a content nothing says what the file should be.
    demand(item !== undefined, 'ITEM_MISSING');
    checkFile(item, file);
  });
}

function conclude(code: VerdictCode, steps: Verdict['steps'], told: Told): Verdict {
  return { outcome: VERDICTS[code], code, message: describe(code, told), steps, ...told };
}

function describe(code: VerdictCode, { claims, custody, label, order }: Told): string {
  if (code !== 'INTACT') return MESSAGES[code];
  if (order) return order.contents ? INTACT_ORDER_CONTENTS : INTACT_ORDER;
  if (label) return label.said ? INTACT_LABEL_SAID : INTACT_LABEL;
  if (custody) return custody.fileChecked ? INTACT_CUSTODY_FILE : INTACT_CUSTODY;
  return claims?.fileChecked ? INTACT_FILE : MESSAGES.INTACT;
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

function readItem(bytes: Uint8Array): Commitment {
  const value = parseCanonical(bytes);
  demand(!isNewer(value), 'UNSUPPORTED_VERSION');
  return commitment.parse(value);
}

/** The facts of a content; a thing, such as a physical exhibit, has none. */
function readContent(bytes: Uint8Array): Commitment | undefined {
  const value = parseCanonical(bytes) as { type?: unknown } | null;
  return value?.type === commitment.shape.type.value ? readItem(bytes) : undefined;
}

/** The digest first: a file of another size has another digest, and that is what is told. */
function checkFile(item: Commitment, file: NonNullable<VerifyOptions['file']>): void {
  const sha256 = file.sha256.toLowerCase();
  demand(/^[0-9a-f]{64}$/.test(sha256), 'MALFORMED');
  demand(sha256 === item.digest.sha256, 'FILE_DIGEST_MISMATCH');
  demand(file.size === item.size, 'FILE_SIZE_MISMATCH');
}

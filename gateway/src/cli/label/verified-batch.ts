/** A batch as the ledger has it, with its labels: everything that the gateway hands over is checked. */
import { createHash } from 'node:crypto';
import { type Governed, timestamp } from '@tabellion/chaincode/kernel/schema';
import {
  type LabelBatchRecord,
  type LabelResponseRecord,
  labelBatchRecord,
  labelResponse,
} from '@tabellion/chaincode/label/record';
import { buildTree, canonicalBytes, sha256, toHex } from '@tabellion/proof';
import { EvidenceError } from '../../evidence/error.ts';
import { projected } from '../../http/schema.ts';
import { checkBatch } from '../../label/check-batch.ts';
import { LabelError } from '../../label/error.ts';
import { type LabelLine, type TransferLine, verifyLabelManifest } from '../../label/manifest.ts';
import type { ProjectedRecord } from '../../projection/records.ts';
import { parseDigits } from '../document.ts';
import { CliError, ProblemError } from '../failure.ts';
import { expectShape, type GatewayClient } from '../gateway-client.ts';
import { listAll } from '../page.ts';
import { readCategories } from './taxonomy-entry.ts';

export const shownBatch = projected(labelBatchRecord);
const shownResponse = projected(labelResponse);
export type Response = ProjectedRecord<LabelResponseRecord>;

export interface VerifiedBatch {
  readonly digest: string;
  readonly shown: ProjectedRecord<LabelBatchRecord>;
  /** In the order of the manifest. */
  readonly lines: readonly LabelLine[];
  /** Of a batch of transfers, which has no labels. */
  readonly transfers: readonly TransferLine[];
}

/** @throws CliError `USAGE`, `BAD_ANSWER`. */
export async function readBatchRecord(
  client: GatewayClient,
  text: string | undefined,
): Promise<ProjectedRecord<LabelBatchRecord>> {
  const digest = parseDigits('a batch', 64, text);
  const { body } = await client.get(`/v1/label/batches/${digest}`);
  const shown = expectShape(shownBatch, body);
  assertNamed(shown, digest);
  return shown;
}

/** The key is the record's digest: no other record can stand under it. @throws CliError `BAD_ANSWER`. */
export function assertNamed({ record }: { record: LabelBatchRecord }, digest: string): void {
  if (toHex(sha256(canonicalBytes(record))) !== digest) {
    throw new CliError('BAD_ANSWER', 'the gateway showed another batch under that digest');
  }
}

/**
 * @throws EvidenceError `MANIFEST_MISSING`, `DIGEST_MISMATCH`; for one that is void, what `checkBatch` or
 * `checkLabelManifest` throws; CliError `BAD_ANSWER`.
 */
export async function readVerifiedBatch(
  client: GatewayClient,
  text: string | undefined,
): Promise<VerifiedBatch> {
  return expectWhole(await readManifest(client, await readBatchRecord(client, text)));
}

/** @throws as {@link readVerifiedBatch}. */
export function expectWhole(reading: ManifestReading): VerifiedBatch {
  if (reading.found === 'WHOLE') return reading.batch;
  if (reading.found === 'VOID') throw reading.why;
  throw new EvidenceError(
    'MANIFEST_MISSING',
    'this gateway has not got the manifest of that batch: see label missing',
  );
}

export type ManifestReading =
  | { readonly found: 'WHOLE'; readonly batch: VerifiedBatch }
  /** It is not what the ledger says, and counts for no member. */
  | { readonly found: 'VOID'; readonly why: LabelError | EvidenceError }
  /** It is not at this gateway. */
  | { readonly found: 'ABSENT' };

/** What can be had of a batch, by the rules of every gateway. @throws EvidenceError `DIGEST_MISMATCH`. */
export async function readManifest(
  client: GatewayClient,
  shown: ProjectedRecord<LabelBatchRecord>,
): Promise<ManifestReading> {
  const { manifest, taxonomy } = shown.record;
  const lines: LabelLine[] = [];
  const transfers: TransferLine[] = [];
  const open = () => client.open(`/v1/label/manifests/${manifest}`);
  try {
    const facts = await verifyLabelManifest(
      await open(),
      manifest,
      (line) => lines.push(line),
      (line) => transfers.push(line),
    );
    checkBatch(facts, shown.record, await categoriesOf(client, taxonomy));
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'NOT_FOUND') return { found: 'ABSENT' };
    if (!(error instanceof LabelError || error instanceof EvidenceError)) throw error;
    // What has the digest is what was asserted; anything else is what this gateway made of it.
    if ((await digestOf(await open())) === manifest) return { found: 'VOID', why: error };
    throw new EvidenceError('DIGEST_MISMATCH', 'the gateway handed over another manifest');
  }
  const digest = shown.key.slice('label-batch/'.length);
  return { found: 'WHOLE', batch: { digest, shown, lines, transfers } };
}

async function digestOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

/** A version never changes: of many batches it is read once. */
const known = new WeakMap<GatewayClient, Map<string, ReturnType<typeof readCategories>>>();

function categoriesOf(client: GatewayClient, taxonomy: Governed) {
  const own = known.get(client) ?? new Map<string, ReturnType<typeof readCategories>>();
  known.set(client, own);
  const name = `${taxonomy.id}@${taxonomy.version}`;
  const reading = own.get(name) ?? readCategories(client, taxonomy);
  own.set(name, reading);
  return reading;
}

export interface Responses {
  readonly responses: readonly Response[];
  /** Time of the ledger, by which labels are judged: no clock of this machine. */
  readonly at: number;
}

/** What was said of the batch as a whole and of every label in it, in the order of the ledger. */
export async function listResponses(client: GatewayClient, digest: string): Promise<Responses> {
  const path = `/v1/label/batches/${digest}/responses`;
  const query = { of: 'EVERYTHING', limit: '200' };
  const { items, at } = await listAll(client, path, shownResponse, query);
  return { responses: items, at: expectShape(timestamp, at) };
}

/** Of one label: what was said of it and of all its batch. */
export const responsesTo = (responses: readonly Response[], leaf: string): Response[] =>
  responses.filter((response) => [undefined, leaf].includes(subjectOf(response)?.leaf));

/** Whether the batch is void since, because most members were not given its manifest. */
export const isWithholding = ({ record }: Response): boolean =>
  record.type === 'tabellion.label-miss' && record.outcome === 'WITHHELD';

/** The label that it speaks of; undefined where it is of all the batch. */
export const subjectOf = ({ record }: Response) =>
  record.type === 'tabellion.label-miss' ? undefined : record.label;

export interface ProvenSubject {
  readonly batch: string;
  readonly label?: { readonly leaf: string; readonly index: number };
  readonly path?: readonly string[];
}

/**
 * A batch, or one label of it with the path that shows it to be there.
 * @param text `BATCH` or `BATCH:INDEX`, counted from 0.
 */
export async function resolveLabel(
  client: GatewayClient,
  text: string | undefined,
): Promise<ProvenSubject> {
  const [digest, index, ...rest] = (text ?? '').split(':');
  if (rest.length > 0) throw new CliError('USAGE', `${text} is not BATCH or BATCH:INDEX`);
  if (index === undefined) {
    const { key } = await readBatchRecord(client, digest);
    return { batch: key.slice('label-batch/'.length) };
  }
  const batch = await readVerifiedBatch(client, digest);
  const lines = [...batch.lines, ...batch.transfers];
  const at = parseIndex(index, { lines });
  const leaves = lines.map(({ leaf }) => leaf);
  const label = { leaf: toHex(leaves[at]!), index: at };
  return { batch: batch.digest, label, path: buildTree(leaves).path(at).map(toHex) };
}

export function parseIndex(text: string, { lines }: { lines: readonly unknown[] }): number {
  const index = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (index < lines.length) return index;
  throw new CliError('USAGE', `the batch has the labels 0 to ${lines.length - 1}`);
}

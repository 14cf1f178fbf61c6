/**
 * Holds the label manifests of a data directory to the batches on the ledger, every file as a whole. One file is
 * read at a time and nothing of it kept, so that memory does not grow with the library.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabelBatchRecord } from '@tabellion/chaincode/label/record';
import { EvidenceError } from '../evidence/error.ts';
import { unlessAbsent } from '../identity/private-file.ts';
import { checkBatch } from '../label/check-batch.ts';
import { LabelError } from '../label/error.ts';
import { verifyLabelManifest } from '../label/manifest.ts';
import { CodedLog } from './coded-log.ts';
import type { RecordReader } from './stored-record.ts';

/** The set is closed; scripts go by `code`. */
export const LABEL_MANIFEST_FINDINGS = {
  LABEL_MANIFEST_MISSING: 'the manifest of a label batch is not here',
  LABEL_MANIFEST_DAMAGED: 'the file of a label manifest is not the one that its digest names',
  LABEL_MANIFEST_VOID:
    'the manifest of a label batch is not what the batch says: it counts for nobody',
  LABEL_MANIFEST_WITHHELD:
    'a label batch counts for nobody: most members were not given its manifest',
} as const;
export type LabelManifestCode = keyof typeof LABEL_MANIFEST_FINDINGS;

export interface LabelManifestFinding {
  readonly code: LabelManifestCode;
  readonly manifest: string;
  /** Digest of the batch record; null of a manifest that no batch names. */
  readonly batch: string | null;
  /** Never holds what a line says. */
  readonly detail: string;
}

export interface LabelManifestAudit {
  /** On the ledger, of labels and of transfers. */
  readonly batches: number;
  /** Of those: their manifest is here, and what they say. */
  readonly whole: number;
  /** Manifests that were handed in and that no batch names. */
  readonly waiting: number;
  readonly findings: readonly LabelManifestFinding[];
  /** Of all findings, those beyond the listed ones included. */
  readonly findingCounts: Readonly<Partial<Record<LabelManifestCode, number>>>;
  /** Whether a file that has to be here is not, or is not what it was. */
  readonly isDamaged: boolean;
}

/**
 * @param directory where a gateway keeps them; one that is not there holds none.
 * @throws the operating system's error for a file that cannot be read: that is neither missing nor damaged.
 */
export async function auditLabelManifests(
  directory: string,
  records: RecordReader,
  signal: AbortSignal,
): Promise<LabelManifestAudit> {
  const log = new CodedLog<LabelManifestFinding>();
  const categoriesOf = createCategories(records);
  let [batches, whole, waiting] = [0, 0, 0];
  for (const { key: batch, record } of records.entries('label-batch')) {
    signal.throwIfAborted();
    const { manifest } = record;
    batches += 1;
    const file = await judgeFile(pathOf(directory, manifest), record, categoriesOf(record));
    const withheld = records.find('label-withheld', batch) !== undefined;
    const found = tellFound(file, withheld);
    if (found === undefined) whole += 1;
    else log.put({ ...found, manifest, batch });
  }
  for await (const manifest of listWaiting(directory, records)) {
    signal.throwIfAborted();
    waiting += 1;
    if (await hasDigest(pathOf(directory, manifest), manifest)) continue;
    const detail = 'no batch names it yet';
    log.put({ code: 'LABEL_MANIFEST_DAMAGED', manifest, batch: null, detail });
  }
  return {
    ...{ batches, whole, waiting, findings: log.listed, findingCounts: log.counts },
    isDamaged: log.countOf('LABEL_MANIFEST_MISSING') + log.countOf('LABEL_MANIFEST_DAMAGED') > 0,
  };
}

type FileState = 'WHOLE' | 'MISSING' | 'DAMAGED' | { readonly contradiction: string };

/** What a gateway finds of it as well; see `readBatch`. */
async function judgeFile(
  path: string,
  record: LabelBatchRecord,
  categories: ReadonlySet<string> | undefined,
): Promise<FileState> {
  if ((await unlessAbsent(stat(path))) === undefined) return 'MISSING';
  try {
    const facts = await verifyLabelManifest(createReadStream(path), record.manifest);
    checkBatch(facts, record, categories);
    return 'WHOLE';
  } catch (error) {
    if (!(error instanceof LabelError || error instanceof EvidenceError)) throw error;
    if (!(await hasDigest(path, record.manifest))) return 'DAMAGED';
    return { contradiction: `${error.code}: ${error.message}` };
  }
}

/** Undefined where nothing is to be told. A batch that is withheld needs no manifest, and a file no damage. */
function tellFound(
  file: FileState,
  withheld: boolean,
): Pick<LabelManifestFinding, 'code' | 'detail'> | undefined {
  if (file === 'DAMAGED') {
    const whose = withheld ? 'of a batch that is withheld' : 'of a batch that counts';
    return { code: 'LABEL_MANIFEST_DAMAGED', detail: whose };
  }
  if (withheld) {
    const where = file === 'MISSING' ? 'not here' : file === 'WHOLE' ? 'here' : 'here, and void';
    return { code: 'LABEL_MANIFEST_WITHHELD', detail: `its manifest is ${where}` };
  }
  if (file === 'MISSING') return { code: 'LABEL_MANIFEST_MISSING', detail: 'there is no file' };
  if (file === 'WHOLE') return undefined;
  return { code: 'LABEL_MANIFEST_VOID', detail: file.contradiction };
}

/** Those of files whose names are digests that no member ever asserted. */
async function* listWaiting(directory: string, records: RecordReader): AsyncGenerator<string> {
  const members = [...records.list('member')].map(({ mspId }) => mspId);
  const isAsserted = (manifest: string) =>
    members.some((member) => records.find('label-manifest', `${member}/${manifest}`));
  const entries = await unlessAbsent(opendir(directory));
  for await (const { name } of entries ?? []) {
    const manifest = NAME.exec(name)?.[1];
    if (manifest !== undefined && !isAsserted(manifest)) yield manifest;
  }
}

const NAME = /^([0-9a-f]{64})\.ndjson$/;
const pathOf = (directory: string, manifest: string) => join(directory, `${manifest}.ndjson`);

async function hasDigest(path: string, digest: string): Promise<boolean> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex') === digest;
}

/** The names that a batch may use; undefined where its taxonomy is not there. Each taxonomy is read once. */
function createCategories(records: RecordReader) {
  const known = new Map<string, ReadonlySet<string> | undefined>();
  return ({ taxonomy: { id, version } }: LabelBatchRecord): ReadonlySet<string> | undefined => {
    const key = `taxonomy/${id}/${version}`;
    if (known.has(key)) return known.get(key);
    const entry = records.find('reference', key)?.entry;
    const found =
      entry?.register === 'taxonomy'
        ? new Set(entry.body.categories.map((each) => each.id))
        : undefined;
    known.set(key, found);
    return found;
  };
}

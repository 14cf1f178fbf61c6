/** What a tree or a list is to be compared with or made of: an acquisition, manifests or lists. */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { batchRecord } from '@tabellion/chaincode/evidence/record';
import type { Commitment } from '@tabellion/proof';
import { z } from 'zod';
import type { BytePath } from '../evidence/byte-path.ts';
import { EvidenceError } from '../evidence/error.ts';
import { readHashList } from '../evidence/list/hash-list.ts';
import type { ListedFile } from '../evidence/list/listed-file.ts';
import { type ManifestFacts, verifyManifest } from '../evidence/manifest.ts';
import { type KnownItem, type KnownItems, loadKnownItems } from '../evidence/tree/known-items.ts';
import type { Invocation } from './context.ts';
import { CliError, ProblemError } from './failure.ts';
import type { GatewayClient } from './gateway-client.ts';
import { listAll } from './page.ts';
import { openSession } from './session.ts';

export interface SourceOptions {
  readonly acquisition?: string;
  readonly manifest?: readonly string[];
  readonly list?: readonly string[];
}

export interface LoadedSource {
  /** Acquisition or files, as they were given. */
  readonly names: readonly string[];
  /** Every file that was read for it. */
  readonly files: readonly string[];
  /** Of several versions of a file the latest came last: files of the caller's do not tell their order. */
  readonly isOrdered: boolean;
  /** Items that are no files: messages and rows of systems. */
  readonly notFiles: number;
}

const batchView = z.looseObject({ record: batchRecord });
/** Items put into the database at once. */
const GROUP = 4096;

/** @throws CliError `USAGE` unless one kind of source is given, `NOT_ANCHORED` if it holds nothing. */
export async function loadSource(
  known: KnownItems,
  invocation: Invocation<SourceOptions>,
): Promise<LoadedSource> {
  const { acquisition, manifest = [], list = [] } = invocation.options;
  const given = [acquisition !== undefined, manifest.length > 0, list.length > 0];
  if (given.filter(Boolean).length !== 1) {
    throw new CliError('USAGE', 'give one of --acquisition, --manifest and --list');
  }
  if (acquisition !== undefined) return loadAcquisition(known, acquisition, invocation);
  if (manifest.length > 0) return loadManifests(known, manifest);
  for (const file of list) {
    await loadKnownItems(known, mapGroups(readListFile(file), tidyName));
  }
  return { names: list, files: list, isOrdered: list.length === 1, notFiles: 0 };
}

export function assertAcquisitionId(id: string): void {
  if (/^[0-9a-f]{32}$/.test(id)) return;
  throw new CliError('USAGE', 'an acquisition is named by 32 hexadecimal digits');
}

/** @throws HashListError; CliError `FILE_UNREADABLE`. */
export async function* readListFile(file: string): AsyncGenerator<ListedFile[]> {
  yield* readHashList(file, readFileChunks(file));
}

/** Items with exactly the names that the list has. */
export const asListed = (file: ListedFile): KnownItem => ({ ...file, kind: undefined });

/** `./a//b` and `a/b` are one path; what `..` means depends on links, so it stays. */
function tidyName(file: ListedFile): KnownItem {
  const parts = file.name
    .split('/')
    .filter((part, at) => part !== '.' && (part !== '' || at === 0));
  const name: BytePath = parts.join('/');
  return { ...file, name: name === '' ? file.name : name, kind: undefined };
}

export async function* mapGroups(
  groups: AsyncIterable<readonly ListedFile[]>,
  map: (file: ListedFile) => KnownItem,
): AsyncGenerator<KnownItem[]> {
  for await (const group of groups) yield group.map(map);
}

async function loadAcquisition(
  known: KnownItems,
  acquisition: string,
  invocation: Invocation,
): Promise<LoadedSource> {
  assertAcquisitionId(acquisition);
  const { client } = await openSession(invocation);
  const path = `/v1/evidence/acquisitions/${acquisition}/batches`;
  const { items: batches } = await listAll(client, path, batchView);
  if (batches.length === 0) {
    throw new CliError('NOT_ANCHORED', 'nothing of this acquisition is on the ledger');
  }
  let notFiles = 0;
  for (const { record } of batches) {
    const { root, size, bytes, manifest: digest } = record;
    const chunks = await openManifest(client, digest, record.sequence);
    notFiles += await loadManifest(known, chunks, { root, size, bytes, digest });
  }
  return { names: [acquisition], files: [], isOrdered: true, notFiles };
}

/** @throws EvidenceError `MANIFEST_MISSING`. */
export async function openManifest(client: GatewayClient, digest: string, sequence: number) {
  try {
    return readWhole(client, await client.open(`/v1/evidence/manifests/${digest}`));
  } catch (error) {
    if (!(error instanceof ProblemError) || error.status !== 404) throw error;
    throw new EvidenceError(
      'MANIFEST_MISSING',
      `the gateway keeps no manifest of batch ${sequence} for your member: nothing can be compared`,
      { cause: error },
    );
  }
}

/** An answer that breaks off is a failure of the way, not a damaged manifest. */
async function* readWhole(
  { gateway }: GatewayClient,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    throw new CliError('UNREACHABLE', `${gateway.origin} broke off its answer`, error);
  }
}

async function loadManifests(known: KnownItems, given: readonly string[]): Promise<LoadedSource> {
  let notFiles = 0;
  const files = await listManifestFiles(given);
  for (const file of files) {
    // A gateway names them by their digest; under any other name there is none to hold them to.
    const digest = /^([0-9a-f]{64})\.ndjson$/.exec(basename(file))?.[1];
    const announced = digest === undefined ? {} : { digest };
    notFiles += await loadManifest(known, readFileChunks(file), announced);
  }
  return { names: given, files, isOrdered: files.length === 1, notFiles };
}

async function listManifestFiles(given: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of given) {
    const isDirectory = await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (!isDirectory) {
      files.push(path);
      continue;
    }
    const names = (await readdir(path)).filter((name) => name.endsWith('.ndjson')).sort();
    if (names.length === 0) throw new CliError('SOURCE_MISSING', `no manifests in ${path}`);
    files.push(...names.map((name) => join(path, name)));
  }
  return files;
}

/** @returns how many of its items are no files. */
async function loadManifest(
  known: KnownItems,
  chunks: AsyncIterable<Uint8Array>,
  announced: Partial<ManifestFacts>,
): Promise<number> {
  let group: KnownItem[] = [];
  let notFiles = 0;
  await verifyManifest(chunks, announced, ({ bytes }) => {
    // Checked to be a commitment a moment ago.
    const { kind, path, size, digest } = JSON.parse(Buffer.from(bytes).toString()) as Commitment;
    if (kind === 'file' || kind === 'link') {
      const name = Buffer.from(path, 'base64url').toString('latin1');
      group.push({ name, kind, size, ...withoutAbsent(digest) });
    } else notFiles += 1;
    if (group.length < GROUP) return;
    known.add(group);
    group = [];
  });
  known.add(group);
  return notFiles;
}

const withoutAbsent = ({ sha256, sha1, md5 }: Commitment['digest']) => ({
  sha256,
  ...(sha1 !== undefined && { sha1 }),
  ...(md5 !== undefined && { md5 }),
});

/** @throws CliError `FILE_UNREADABLE`. */
export async function* readFileChunks(file: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18 })) yield chunk;
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new CliError('FILE_UNREADABLE', `cannot read ${file} (${code})`, error);
  }
}

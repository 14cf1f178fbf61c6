/**
 * Checks a foreign bag without unpacking it: first what it says of itself, then every file against that.
 * Constant memory but for names and manifests.
 */
import { createHash } from 'node:crypto';
import { ExchangeError } from '../exchange-error.ts';
import { PAYLOAD } from './bag-name.ts';
import { type BagSource, openBagSource, readEntries } from './bag-source.ts';
import { type BagTags, isRootTag, type Manifest, readTags } from './bag-tags.ts';
import { DEFAULT_LIMITS, ReadBudget, type ReadLimits } from './read-budget.ts';

/** A file of the payload as it was found, and found to be what the manifests say. */
export interface PayloadFile {
  /** Below `data/`. */
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
  readonly sha1?: string;
  readonly md5?: string;
}

export interface BagSummary {
  /** Directory of the bag in an archive, with its `/`; empty where its files lie at the root. */
  readonly top: string;
  readonly version: string;
  readonly info: readonly string[];
  /** Of the payload's manifests. */
  readonly algorithms: readonly string[];
  readonly files: number;
  readonly bytes: number;
}

/** Deviations named in a refusal. */
const NAMED = 5;
const WEAK = new Set(['md5', 'sha1']);

/**
 * @param onFile gets each file of the payload; void if the promise rejects.
 * @throws ExchangeError any code that begins with `BAG_`.
 */
export async function readBag(
  path: string,
  onFile: (file: PayloadFile) => void,
  limits: Partial<ReadLimits> = {},
): Promise<BagSummary> {
  const source = await openBagSource(path);
  const allowed = { ...DEFAULT_LIMITS, ...limits };
  const { top, names, tags } = await readOutline(source, allowed);
  assertComplete(names, tags);
  const totals = { files: 0, bytes: 0 };
  const altered: string[] = [];
  for await (const entry of readEntries(source, new ReadBudget(allowed, source.packed))) {
    const name = entry.name.slice(top.length);
    const manifests = tags.manifests.filter(({ files }) => files.has(name));
    const isPayload = name.startsWith(PAYLOAD);
    if (manifests.length === 0 && !isPayload) continue;
    const algorithms = new Set([...manifests.map(({ algorithm }) => algorithm), 'sha256']);
    const { size, digests } = await hashAll(entry.open(), algorithms);
    if (manifests.some(({ algorithm, files }) => files.get(name) !== digests.get(algorithm))) {
      altered.push(name);
      continue;
    }
    if (!isPayload) continue;
    totals.files += 1;
    totals.bytes += size;
    onFile({
      name: name.slice(PAYLOAD.length),
      size,
      sha256: digests.get('sha256')!,
      ...(digests.has('sha1') && { sha1: digests.get('sha1')! }),
      ...(digests.has('md5') && { md5: digests.get('md5')! }),
    });
  }
  assertNone([['altered', altered]]);
  const { version, info } = tags;
  return { top, version, info, algorithms: algorithmsOf(tags), ...totals };
}

const algorithmsOf = ({ manifests }: BagTags): string[] =>
  payloadManifests(manifests).map(({ algorithm }) => algorithm);
const payloadManifests = (manifests: readonly Manifest[]) =>
  manifests.filter(({ isTagManifest }) => !isTagManifest);

/** MD5 and SHA-1 can be made to agree: a manifest of them alone shows accidents, no intent. */
export const isWeak = ({ algorithms }: BagSummary): boolean =>
  algorithms.every((algorithm) => WEAK.has(algorithm));

async function readOutline(source: BagSource, limits: ReadLimits) {
  const budget = new ReadBudget(limits, source.packed);
  const found = new Map<string, Uint8Array>();
  const all: string[] = [];
  for await (const entry of readEntries(source, budget)) {
    all.push(entry.name);
    if (isRootTag(entry.name)) found.set(entry.name, await budget.readTag(entry.open()));
  }
  const top = findTop(source, found, all);
  const tags = readTags(
    new Map([...found].map(([name, bytes]) => [name.slice(top.length), bytes] as const)),
  );
  return { top, tags, names: new Set(all.map((name) => name.slice(top.length))) };
}

/** An archive holds a bag's directory and nothing beside it (RFC 8493, 4.2), or the bag's files. */
function findTop(source: BagSource, tags: ReadonlyMap<string, unknown>, names: readonly string[]) {
  if (source.packed === undefined || tags.has('bagit.txt')) return '';
  const [declaration] = [...tags.keys()].filter((name) => name.endsWith('/bagit.txt'));
  const top = declaration?.slice(0, -'bagit.txt'.length) ?? '';
  const beside = names.find((name) => !name.startsWith(top));
  if (beside === undefined) return top;
  throw new ExchangeError('BAG_MALFORMED', `${JSON.stringify(beside)} lies beside the bag`);
}

/** Every file of the payload must be listed, and every listed file there: in each manifest since 1.0. */
function assertComplete(names: ReadonlySet<string>, { version, manifests, hasFetch }: BagTags) {
  const listed = new Set(manifests.flatMap(({ files }) => [...files.keys()]));
  const missing = [...listed].filter((name) => !names.has(name));
  if (missing.length > 0 && hasFetch) {
    throw new ExchangeError(
      'BAG_INCOMPLETE',
      `${missing.length} files are to be fetched from elsewhere, which is not done here`,
    );
  }
  const payload = [...names].filter((name) => name.startsWith(PAYLOAD));
  const lists = payloadManifests(manifests);
  const isListed = (name: string) =>
    version.startsWith('0.')
      ? lists.some(({ files }) => files.has(name))
      : lists.every(({ files }) => files.has(name));
  assertNone([
    ['missing', missing],
    ['not listed', payload.filter((name) => !isListed(name))],
  ]);
}

function assertNone(deviations: readonly (readonly [what: string, names: readonly string[]])[]) {
  const met = deviations.filter(([, names]) => names.length > 0);
  if (met.length === 0) return;
  const counts = met.map(([what, names]) => `${names.length} ${what}`).join(', ');
  const named = met.flatMap(([what, names]) =>
    names.slice(0, NAMED).map((name) => `  ${what}: ${JSON.stringify(name)}`),
  );
  throw new ExchangeError('BAG_MISMATCH', [`${counts}:`, ...named].join('\n'));
}

async function hashAll(chunks: AsyncIterable<Uint8Array>, algorithms: ReadonlySet<string>) {
  const hashes = [...algorithms].map((name) => [name, createHash(name)] as const);
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    for (const [, hash] of hashes) hash.update(chunk);
  }
  return { size, digests: new Map(hashes.map(([name, hash]) => [name, hash.digest('hex')])) };
}

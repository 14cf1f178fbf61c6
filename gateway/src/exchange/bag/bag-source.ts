/**
 * A foreign bag as it lies there: a directory, or one in a zip or tar archive (gzip too). Names and kinds
 * are judged here, before any content is looked at; nothing is ever unpacked to disk.
 */
import { constants, createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { openPromise, type Entry as ZipEntry } from 'yauzl';
import { pathBytes, toBytePath } from '../../evidence/byte-path.ts';
import { readablePath } from '../../evidence/commitment.ts';
import { isReport, walkSources } from '../../evidence/source.ts';
import { ExchangeError } from '../exchange-error.ts';
import type { BagEntry } from './bag-entry.ts';
import { assertInside } from './bag-name.ts';
import type { ReadBudget } from './read-budget.ts';

export interface BagSource {
  /** Every file, in the container's order; can be asked for again. */
  entries(budget: ReadBudget): AsyncIterable<BagEntry>;
  /** Bytes of the archive; undefined for a directory, which cannot be larger than it is. */
  readonly packed: number | undefined;
}

const NO_FOLLOW = constants.O_RDONLY | constants.O_NOFOLLOW;
const FILE_TYPE = 0o170_000;
const LINK = 0o120_000;
const GZIP = Buffer.of(0x1f, 0x8b);
const ZIP = Buffer.from('PK');

const unsafe = (why: string) => new ExchangeError('BAG_UNSAFE', why);
const malformed = (why: string, cause?: unknown) =>
  new ExchangeError('BAG_MALFORMED', why, { cause });

/** @throws NodeJS.ErrnoException; ExchangeError, later, from the entries. */
export async function openBagSource(path: string): Promise<BagSource> {
  await using file = await open(path);
  const stats = await file.stat();
  if (stats.isDirectory()) return { packed: undefined, entries: () => readDirectory(path) };
  const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
  const packed = stats.size;
  if (buffer.equals(ZIP)) return { packed, entries: (budget) => readZip(path, budget) };
  const isGzip = buffer.equals(GZIP);
  return { packed, entries: (budget) => readTar(path, isGzip, budget) };
}

async function* readDirectory(path: string): AsyncGenerator<BagEntry, void, undefined> {
  for (const found of walkSources([toBytePath(path)])) {
    const inner = found.name.slice(found.name.indexOf('/') + 1);
    if (isReport(found)) {
      if (found.code === 'empty-directory' || found.code === 'sparse') continue;
      if (found.code === 'hard-link') continue;
      throw unsafe(`${JSON.stringify(inner)} is no plain file that can be read (${found.code})`);
    }
    if (found.kind === 'link') throw unsafe(`${JSON.stringify(inner)} is a link`);
    const name = readablePath(pathBytes(inner));
    if (name === undefined) throw unsafe(`${JSON.stringify(inner)} is no name in UTF-8`);
    const at = pathBytes(found.path);
    yield {
      name,
      size: found.size,
      open: () => createReadStream(at, { flags: NO_FOLLOW as never }),
    };
  }
}

async function* readZip(path: string, budget: ReadBudget): AsyncGenerator<BagEntry> {
  const archive = await openPromise(path, {
    lazyEntries: true,
    autoClose: false,
    strictFileNames: true,
  }).catch((error) => {
    throw malformed('the archive is no zip file that can be read', error);
  });
  try {
    for await (const entry of withZipFailures(archive.eachEntry())) {
      if (entry.fileName.endsWith('/')) continue;
      if (((entry.externalFileAttributes >>> 16) & FILE_TYPE) === LINK) {
        throw unsafe(`${JSON.stringify(entry.fileName)} is a link`);
      }
      if (entry.isEncrypted()) throw malformed(`${JSON.stringify(entry.fileName)} is encrypted`);
      yield {
        name: entry.fileName,
        size: entry.uncompressedSize,
        open: () => withZipFailures(budget.spend(readOf(archive, entry))),
      };
    }
  } finally {
    archive.close();
  }
}

async function* readOf(
  archive: Awaited<ReturnType<typeof openPromise>>,
  entry: ZipEntry,
): AsyncGenerator<Uint8Array> {
  yield* (await archive.openReadStreamPromise(entry)) as Readable;
}

/** The library judges names itself, and tells by text only which of them lead out. */
async function* withZipFailures<T>(values: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* values;
  } catch (error) {
    if (error instanceof ExchangeError) throw error;
    const { message } = error as Error;
    if (/^(absolute path|invalid relative path|invalid characters)/.test(message)) {
      throw unsafe(`a name leads out of the bag: ${message}`);
    }
    if (/^too many bytes|^not enough bytes/.test(message)) {
      throw malformed(`an entry has another size than its header says: ${message}`, error);
    }
    throw malformed(`the zip file is damaged: ${message}`, error);
  }
}

async function* readTar(
  path: string,
  isGzip: boolean,
  budget: ReadBudget,
): AsyncGenerator<BagEntry> {
  const archive = extract();
  const file = createReadStream(path);
  const failures: unknown[] = [];
  const note = (error: unknown) => {
    if (error) failures.push(error);
  };
  if (isGzip) pipeline(file, createGunzip(), (chunks) => budget.spend(chunks), archive, note);
  else pipeline(file, archive, note);
  try {
    for await (const entry of archive) {
      const { name, type, size = 0 } = entry.header;
      if (type === 'directory') entry.resume();
      else if (type === 'file' || type === 'contiguous-file') {
        let isRead = false;
        const read = () => {
          isRead = true;
          return entry as AsyncIterable<Uint8Array>;
        };
        yield { name, size, open: read };
        if (!isRead) entry.resume();
      } else throw unsafe(`${JSON.stringify(name)} is a ${type}, no file`);
    }
  } catch (error) {
    const cause = failures.find((one) => one instanceof ExchangeError) ?? error;
    if (cause instanceof ExchangeError) throw cause;
    throw malformed('neither a directory nor an archive (zip, tar) that can be read', cause);
  } finally {
    file.destroy();
    archive.destroy();
  }
}

/** Every file with a name that stays inside, once. */
export async function* readEntries(
  source: BagSource,
  budget: ReadBudget,
): AsyncGenerator<BagEntry, void, undefined> {
  const names = new Set<string>();
  for await (const entry of source.entries(budget)) {
    // Archives of `tar -c .` begin every name so.
    const name = entry.name.startsWith('./') ? entry.name.slice(2) : entry.name;
    assertInside(name);
    if (names.has(name)) throw unsafe(`${JSON.stringify(name)} is there twice`);
    names.add(name);
    budget.addEntry();
    yield { ...entry, name };
  }
}

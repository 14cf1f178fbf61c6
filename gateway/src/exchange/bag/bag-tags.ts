/** The tag files that say what a bag is and what it holds (RFC 8493, 2.1 and 2.2). */
import { fromUtf8 } from '@tabellion/proof';
import { ExchangeError } from '../exchange-error.ts';
import { assertInside, decodeName, PAYLOAD } from './bag-name.ts';

/** Algorithms of manifests that can be checked, with their digests' hexadecimal digits. */
export const DIGITS: Readonly<Record<string, number>> = {
  md5: 32,
  sha1: 40,
  sha224: 56,
  sha256: 64,
  sha384: 96,
  sha512: 128,
};

/** Files at the bag's root that are read before anything else. */
export const isRootTag = (name: string): boolean =>
  /^([^/]+\/)?(bagit|bag-info|fetch|(tag)?manifest-[^/]+)\.txt$/.test(name);

export interface Manifest {
  readonly algorithm: string;
  readonly isTagManifest: boolean;
  /** Digest by name. */
  readonly files: ReadonlyMap<string, string>;
}

export interface BagTags {
  readonly version: string;
  readonly info: readonly string[];
  /** Something of it may have to be fetched. */
  readonly hasFetch: boolean;
  readonly manifests: readonly Manifest[];
}

const malformed = (why: string) => new ExchangeError('BAG_MALFORMED', why);

/** @throws ExchangeError `BAG_MALFORMED`, `BAG_UNSAFE`. */
export function readTags(files: ReadonlyMap<string, Uint8Array>): BagTags {
  const declaration = readText(files, 'bagit.txt');
  const found = /^BagIt-Version: *(\d+\.\d+)\r?\n?Tag-File-Character-Encoding: *(\S+)\s*$/i.exec(
    declaration ?? '',
  );
  if (found === null) throw malformed('there is no bagit.txt that declares a bag');
  const [, version, encoding] = found as unknown as [string, string, string];
  if (!/^utf-?8$/i.test(encoding)) throw malformed(`its tag files are in ${encoding}, not UTF-8`);
  const manifests = [...files.keys()].flatMap((name) => {
    const parts = /^(tag)?manifest-(.+)\.txt$/.exec(name);
    if (parts === null) return [];
    const algorithm = parts[2]!.toLowerCase().replaceAll('-', '');
    const isTagManifest = parts[1] !== undefined;
    if (!Object.hasOwn(DIGITS, algorithm))
      throw malformed(`${name} has an algorithm not known here`);
    const lines = readManifest(name, readText(files, name)!, algorithm, version);
    for (const listed of lines.keys()) {
      if (listed.startsWith(PAYLOAD) === isTagManifest) {
        throw malformed(`${name} lists ${JSON.stringify(listed)}, which belongs elsewhere`);
      }
    }
    return [{ algorithm, isTagManifest, files: lines }];
  });
  if (manifests.every(({ isTagManifest }) => isTagManifest)) throw malformed('it has no manifest');
  return {
    version,
    info: (readText(files, 'bag-info.txt') ?? '').split(/\r\n|\r|\n/).filter(Boolean),
    hasFetch: (readText(files, 'fetch.txt') ?? '').trim() !== '',
    manifests,
  };
}

function readText(files: ReadonlyMap<string, Uint8Array>, name: string): string | undefined {
  const bytes = files.get(name);
  if (bytes === undefined) return undefined;
  try {
    return fromUtf8(bytes);
  } catch {
    throw malformed(`${name} is not UTF-8`);
  }
}

function readManifest(name: string, text: string, algorithm: string, version: string) {
  const pattern = new RegExp(`^([0-9a-fA-F]{${DIGITS[algorithm]}})[ \\t]+\\*?(.+)$`);
  const files = new Map<string, string>();
  for (const [at, line] of text.split(/\r\n|\r|\n/).entries()) {
    if (line === '') continue;
    const found = pattern.exec(line);
    if (found === null) throw malformed(`${name}:${at + 1}: neither digest nor name`);
    const listed = decodeName(found[2]!, version);
    assertInside(listed);
    if (files.has(listed)) {
      throw new ExchangeError('BAG_UNSAFE', `${name} lists ${JSON.stringify(listed)} twice`);
    }
    files.set(listed, found[1]!.toLowerCase());
  }
  return files;
}

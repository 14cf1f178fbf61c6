/**
 * Walks what is to be anchored. Every name found leads to exactly one anchorable entry or to a report:
 * nothing is skipped silently. Links are not followed; reading changes nothing that it can avoid to.
 */
import { type BigIntStats, lstatSync, readlinkSync } from 'node:fs';
import { type BytePath, baseName, canonicalPath, joinPath, pathBytes } from './byte-path.ts';
import { listNames } from './directory.ts';

/** Reasons for which an entry is not anchored: the collection is incomplete. */
export const OMISSIONS = [
  'device',
  'socket',
  'fifo',
  'unreadable',
  'vanished',
  'changed-while-reading',
  'path-too-long',
  /** A directory that holds itself, by a bind mount for example. */
  'loop',
  'too-large',
] as const;
/** Things worth knowing about entries that need no anchoring or are anchored all the same. */
export const NOTES = [
  'empty-directory',
  'sparse',
  'hard-link',
  'excluded',
  /** Lies under another of the given paths and is anchored there. */
  'inside-another-path',
  /** Anchored before and altered since: this version is anchored as well. */
  'changed-since-last-run',
] as const;

export type Omission = (typeof OMISSIONS)[number];
export type Note = (typeof NOTES)[number];

export interface Report {
  readonly name: BytePath;
  readonly code: Omission | Note;
  /** For example the system's error name. */
  readonly detail?: string;
}

export interface Source {
  readonly kind: 'file' | 'link';
  /** Where it is now. */
  readonly path: BytePath;
  /** What the commitment says: relative to the given path, beginning with that path's last name. */
  readonly name: BytePath;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970; undefined before that year. */
  readonly modifiedAt: number | undefined;
  /** Equal stamps of one path mean that the file was not written to in between. */
  readonly stamp: string;
}

export type Entry = Source | Report;

export function isReport(entry: Entry): entry is Report {
  return 'code' in entry;
}

export function isOmission(code: Report['code']): code is Omission {
  return (OMISSIONS as readonly string[]).includes(code);
}

export interface WalkOptions {
  /** Directories or files not to anchor; each one met is reported. */
  readonly exclude?: readonly BytePath[];
}

/** Identity and version of a file: device, inode, size, modification and change time (ns). */
export function stampOf(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;
}

/** The report for a failed system call. */
export function omissionOf(name: BytePath, error: unknown): Report {
  const detail = (error as NodeJS.ErrnoException).code ?? 'UNKNOWN';
  return { name, code: OMISSION_OF_ERRNO[detail] ?? 'unreadable', detail };
}

const OMISSION_OF_ERRNO: Readonly<Record<string, Omission>> = {
  ENOENT: 'vanished',
  ENOTDIR: 'vanished',
  ENAMETOOLONG: 'path-too-long',
  // The last name has become a link since it was looked at.
  ELOOP: 'changed-while-reading',
};

/**
 * Entries in byte order of the names in each directory, depth first, one root after the other.
 * Synchronous, because a system call on a warm directory costs less than a turn of the event loop:
 * whoever pulls gives way.
 */
export function* walkSources(
  paths: readonly BytePath[],
  options: WalkOptions = {},
): Generator<Entry, void, undefined> {
  const walk = new Walk(options.exclude ?? []);
  for (const { path, covered } of resolveRoots(paths)) {
    if (typeof path !== 'string') yield path;
    else if (covered) yield { name: baseName(path), code: 'inside-another-path' };
    else yield* walk.enter(path, baseName(path));
  }
}

/** Every given path once, with those under another marked. */
function resolveRoots(paths: readonly BytePath[]) {
  const resolved = [
    ...new Set(
      paths.map((path) => {
        try {
          return canonicalPath(path);
        } catch (error) {
          return omissionOf(path, error);
        }
      }),
    ),
  ];
  const covers = (outer: BytePath | Report, inner: BytePath) =>
    typeof outer === 'string' && outer !== inner && inner.startsWith(joinPath(outer, ''));
  return resolved.map((path) => ({
    path,
    covered: typeof path === 'string' && resolved.some((outer) => covers(outer, path)),
  }));
}

class Walk {
  readonly #excluded = new Set<string>();
  /** Directories from the root to the present one. */
  readonly #ancestors = new Set<string>();

  constructor(exclude: readonly BytePath[]) {
    for (const path of exclude) {
      const stats = lstatSync(pathBytes(path), { bigint: true, throwIfNoEntry: false });
      if (stats !== undefined) this.#excluded.add(`${stats.dev}:${stats.ino}`);
    }
  }

  *enter(path: BytePath, name: BytePath): Generator<Entry, void, undefined> {
    let stats: BigIntStats;
    try {
      stats = lstatSync(pathBytes(path), { bigint: true });
    } catch (error) {
      yield omissionOf(name, error);
      return;
    }
    if (this.#excluded.has(`${stats.dev}:${stats.ino}`)) yield { name, code: 'excluded' };
    else if (stats.isDirectory()) yield* this.#descend(path, name, `${stats.dev}:${stats.ino}`);
    else yield* describeEntry(path, name, stats);
  }

  *#descend(path: BytePath, name: BytePath, id: string): Generator<Entry, void, undefined> {
    if (this.#ancestors.has(id)) {
      yield { name, code: 'loop' };
      return;
    }
    this.#ancestors.add(id);
    let empty = true;
    try {
      for (const child of listNames(path)) {
        empty = false;
        yield* this.enter(joinPath(path, child), name === '' ? child : joinPath(name, child));
      }
      if (empty) yield { name, code: 'empty-directory' };
    } catch (error) {
      yield omissionOf(name, error);
    }
    this.#ancestors.delete(id);
  }
}

function* describeEntry(
  path: BytePath,
  name: BytePath,
  stats: BigIntStats,
): Generator<Entry, void, undefined> {
  if (stats.isSymbolicLink()) yield describeSource('link', path, name, stats);
  else if (stats.isFIFO()) yield { name, code: 'fifo' };
  else if (stats.isSocket()) yield { name, code: 'socket' };
  else if (!stats.isFile()) yield { name, code: 'device' };
  else if (stats.size > Number.MAX_SAFE_INTEGER) yield { name, code: 'too-large' };
  else {
    if (stats.nlink > 1n) yield { name, code: 'hard-link', detail: `${stats.nlink} names` };
    if (stats.blocks * 512n < stats.size) yield { name, code: 'sparse' };
    yield describeSource('file', path, name, stats);
  }
}

function describeSource(
  kind: Source['kind'],
  path: BytePath,
  name: BytePath,
  stats: BigIntStats,
): Source {
  const modifiedAt = Number(stats.mtimeNs / 1_000_000n);
  return {
    kind,
    path,
    name,
    size: Number(stats.size),
    modifiedAt: stats.mtimeNs < 0n ? undefined : modifiedAt,
    stamp: stampOf(stats),
  };
}

/** A link's target, the exact bytes that the link holds. @throws NodeJS.ErrnoException. */
export function readLinkTarget(path: BytePath): Buffer {
  return readlinkSync(pathBytes(path), { encoding: 'buffer' });
}

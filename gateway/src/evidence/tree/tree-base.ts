/**
 * Which part of the listed names stands for the directory that is audited: what was `/evidence/disk1`
 * when it was listed may be `/mnt/x` now.
 */
import { lstatSync } from 'node:fs';
import { type BytePath, baseName, joinPath, pathBytes } from '../byte-path.ts';
import type { KnownItems } from './known-items.ts';

/** Names looked for under each candidate. */
const SAMPLE = 500;

/** Several listed trees of which the directory seems to be one: the caller must say so. */
export interface AmbiguousBase {
  readonly trees: readonly BytePath[];
}

/** The part of a listed name below the base; undefined if it lies elsewhere. */
export function nameBelow(base: BytePath, name: BytePath): BytePath | undefined {
  if (base === '') return name;
  const prefix = joinPath(base, '');
  return name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
}

export function nameAbove(base: BytePath, below: BytePath): BytePath {
  if (base === '') return below;
  return below === '' ? base : joinPath(base, below);
}

/** Every name below a directory, and no other, lies from the first up to the second. */
export function rangeBelow(directory: BytePath): [Buffer, Buffer] {
  const stem = directory === '/' ? '' : directory;
  return [pathBytes(`${stem}/`), pathBytes(`${stem}0`)];
}

/**
 * The leading directories that all listed names share, cut where most of a sample of the names are
 * found in the directory. Where none is found: up to the directory's own name, else the first.
 * @param directory where it is now.
 */
export function findBase(known: KnownItems, directory: BytePath): BytePath | AmbiguousBase {
  const sample = known.sampleNames(SAMPLE);
  const shared = listPrefixes(known.commonDirectory);
  const best = chooseMostFound(shared, sample, directory);
  if (best !== undefined) return best;
  if (known.commonDirectory === '') {
    const trees = [...new Set(sample.map((name) => firstPart(name)))].sort();
    const isOneOfThem = chooseMostFound(trees, sample, directory) !== undefined;
    return isOneOfThem ? { trees } : '';
  }
  const named = shared.find((prefix) => baseName(prefix) === baseName(directory));
  return named ?? shared[1] ?? shared[0]!;
}

/** Undefined if no name is found under any of them. */
function chooseMostFound(
  candidates: readonly BytePath[],
  sample: readonly BytePath[],
  directory: BytePath,
): BytePath | undefined {
  let best: { readonly candidate: BytePath; readonly found: number } | undefined;
  for (const candidate of candidates) {
    const found = sample.filter((name) => isThere(directory, nameBelow(candidate, name))).length;
    if (found > (best?.found ?? 0)) best = { candidate, found };
  }
  return best?.candidate;
}

function isThere(directory: BytePath, below: BytePath | undefined): boolean {
  if (below === undefined || below === '') return false;
  try {
    return (
      lstatSync(pathBytes(joinPath(directory, below)), { throwIfNoEntry: false }) !== undefined
    );
  } catch {
    // Not to be looked at from here: the walk tells why.
    return false;
  }
}

/** `a/b` gives ``, `a` and `a/b`; `/a/b` gives `/`, `/a` and `/a/b`. */
function listPrefixes(directory: BytePath): BytePath[] {
  const prefixes: BytePath[] = [directory.startsWith('/') ? '/' : ''];
  for (const part of directory.split('/').filter((each) => each !== '')) {
    prefixes.push(nameAbove(prefixes.at(-1)!, part));
  }
  return prefixes;
}

const firstPart = (name: BytePath): BytePath => {
  const slash = name.indexOf('/', 1);
  return slash === -1 ? name : name.slice(0, slash);
};

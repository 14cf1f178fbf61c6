/** What can go wrong on a disk, place by place: every kind of call of the write path, in every part. */
import type { DiskCall, DiskFault, Outcome } from './disk-shim.ts';

interface Place {
  readonly title: string;
  /** POSIX extended regular expression on the path below the data directory. */
  readonly paths: string;
  /** What is derived is synced only when much of it has come. */
  readonly isDerived?: boolean;
}

/** Where the node writes while it takes items, whatever the files below are. */
const PLACES: readonly Place[] = [
  { title: 'ledger', paths: '^ledger(/|$)' },
  { title: 'spool', paths: '^gateway/spool(/|$)' },
  { title: 'manifests', paths: '^gateway/manifests/[^/]*(/[0-9a-f]{32}(/.*)?)?$' },
  { title: 'manifest index', paths: '^gateway/manifests/[^/]*/index', isDerived: true },
  { title: 'attestations', paths: '^gateway/attestations(/|$)' },
  { title: 'journal', paths: '^gateway/journal' },
  { title: 'idempotency keys', paths: '^gateway/idempotency' },
  { title: 'projection', paths: '^gateway/projection', isDerived: true },
  { title: 'gateway directory', paths: '^gateway$' },
  { title: 'enrolment', paths: '^gateway/enrolment' },
  { title: 'sign-in', paths: '^dev(/|$)' },
  { title: 'log', paths: '^gateway[.]log$' },
];

const CALLS: readonly { readonly title: string; readonly calls: string }[] = [
  { title: 'write', calls: '^(write|writev|pwrite64|pwritev)$' },
  { title: 'fsync', calls: '^(fsync|fdatasync)$' },
  { title: 'create', calls: '^(create|mkdir)$' },
  { title: 'rename', calls: '^(rename|link)$' },
  { title: 'ftruncate', calls: '^ftruncate$' },
  { title: 'unlink', calls: '^(unlink|rmdir)$' },
];

export interface TitledFault extends DiskFault {
  readonly title: string;
  readonly place: string;
  /** Whether it ends the node. */
  readonly stops: boolean;
  /** Within this a node has met it, or it does not make such calls, milliseconds. */
  readonly reachMs: number;
}

const REACH_MS = 20_000;
/** On a busy machine too. */
const DERIVED_REACH_MS = 180_000;

/** Shared memory is no file that is written; the lock stays empty. */
const isWritten = (path: string) => !/(-shm|(^|[/])lock)$/.test(path);

/**
 * Every kind of call that was made in every place, with every error, at the first of these calls and at
 * later ones.
 * @throws if something was written in a place that is not listed here.
 */
export function listFaults(
  made: readonly DiskCall[],
  numbers: readonly number[],
): readonly TitledFault[] {
  const sites = new Map<string, { readonly place: Place; readonly call: (typeof CALLS)[number] }>();
  for (const { call: name, path } of made) {
    const call = CALLS.find(({ calls }) => new RegExp(calls).test(name));
    if (!call || !isWritten(path)) continue;
    const place = PLACES.find(({ paths }) => new RegExp(paths).test(path));
    if (!place) throw new Error(`${name} of ${path}: no place is listed for it`);
    sites.set(`${place.title} ${call.title}`, { place, call });
  }
  return [...sites.values()].flatMap(({ place, call }) =>
    (['EIO', 'ENOSPC'] as const).flatMap((outcome) =>
      numbers.map((from) => describeFault(place.title, call.title, outcome, from)),
    ),
  );
}

/**
 * Whether the node has to end: an fsync failed, or the disk did. It may stay where SQLite does not say
 * so: of a file that it could not make, and then wrote nothing; of a log that it could not remove or cut
 * short, for what it reads is not lost. A full disk is waited for, but by the ledger.
 */
function mustStop(place: string, call: string, outcome: Outcome): boolean {
  if (['create', 'unlink', 'ftruncate'].includes(call)) return false;
  return outcome === 'EIO' || call === 'fsync' || place === 'ledger';
}

/** One of the places and one of the calls, by their titles. */
export function describeFault(
  place: string,
  call: string,
  outcome: Outcome,
  from: number,
): TitledFault {
  const { paths, isDerived } = PLACES.find(({ title }) => title === place)!;
  return {
    title: `${place}: ${outcome} of ${call} ${from}`,
    ...{ place, outcome, from, paths },
    stops: mustStop(place, call, outcome),
    reachMs: isDerived && call === 'fsync' ? DERIVED_REACH_MS : REACH_MS,
    calls: CALLS.find(({ title }) => title === call)!.calls,
  };
}

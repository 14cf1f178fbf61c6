/** What a node does to its files and says to its clients, in order, as strace sees it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Why nothing can be traced on this machine; undefined if it can. */
export function findTraceGap(): string | undefined {
  const { status } = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']);
  return status === 0 ? undefined : 'skipped: there is no strace, or it may not trace';
}

const CALLS = 'write,writev,pwrite64,pwritev,sendmsg,fsync,fdatasync,rename,renameat,renameat2';

/** In front of a command whose calls are to be traced into a file. */
export const traceInto = (file: string): string[] => [
  ...['strace', '-f', '-qq', '-y', '-s', '4096', '-e', `trace=${CALLS}`, '--seccomp-bpf'],
  ...['-e', 'signal=none', '-o', file],
];

export type TraceEvent =
  /** To a file or, without a path, to a client. */
  | { readonly kind: 'write'; readonly path: string | undefined; readonly text: string }
  | { readonly kind: 'sync begins' | 'sync ends'; readonly path: string }
  | { readonly kind: 'rename'; readonly text: string };

const BEGIN = /^(\d+) +(\w+)\((.*)$/;
const RESUMED = /^(\d+) +<\.\.\. (\w+) resumed>(.*)$/;
const FILE = /^\d+<([^>]*)>/;
const isDone = (rest: string) => / = \d+$/.test(rest);
const isSync = (call: string) => call === 'fsync' || call === 'fdatasync';

/** Calls that failed are left out; one that others interrupt counts when it began, a sync also when it ended. */
export function readTrace(file: string): TraceEvent[] {
  const events: TraceEvent[] = [];
  const open = new Map<string, string>();
  for (const line of readFileSync(file, 'latin1').split('\n')) {
    const resumed = RESUMED.exec(line);
    if (resumed) {
      const [, thread, call, rest] = resumed as unknown as [string, string, string, string];
      const path = open.get(thread);
      if (isSync(call) && path !== undefined && isDone(rest))
        events.push({ kind: 'sync ends', path });
      open.delete(thread);
      continue;
    }
    const begun = BEGIN.exec(line);
    if (!begun) continue;
    const [, thread, call, rest] = begun as unknown as [string, string, string, string];
    const path = FILE.exec(rest)?.[1];
    if (call.startsWith('rename')) events.push({ kind: 'rename', text: rest });
    else if (!isSync(call)) events.push({ kind: 'write', path: fileOf(path), text: rest });
    else if (path !== undefined) {
      events.push({ kind: 'sync begins', path });
      if (isDone(rest)) events.push({ kind: 'sync ends', path });
      else open.set(thread, path);
    }
  }
  return events;
}

const fileOf = (path: string | undefined) =>
  path?.startsWith('/') && !path.startsWith('/dev/') ? path : undefined;

/** Files that match and were written in the given stretch, and whether all of it was synced in it. */
export function listWritten(
  events: readonly TraceEvent[],
  matches: (path: string) => boolean,
): Map<string, 'synced' | 'unsynced'> {
  const lastWrite = new Map<string, number>();
  const begun = new Map<string, number>();
  const synced = new Map<string, number>();
  for (const [at, event] of events.entries()) {
    if (event.kind === 'rename' || event.path === undefined || !matches(event.path)) continue;
    if (event.kind === 'write') lastWrite.set(event.path, at);
    if (event.kind === 'sync begins') begun.set(event.path, at);
    if (event.kind === 'sync ends') synced.set(event.path, begun.get(event.path)!);
  }
  return new Map(
    [...lastWrite].map(([path, at]) => [
      path,
      (synced.get(path) ?? -1) > at ? 'synced' : 'unsynced',
    ]),
  );
}

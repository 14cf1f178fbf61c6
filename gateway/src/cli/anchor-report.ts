/** What earlier runs of `anchor` could not read, per acquisition: `close` states the number. */
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { keepPrivate, type ProfilePaths, parsePrivate, readKept } from './profile.ts';
import { formatCount } from './table.ts';

export const anchorDirectory = (paths: ProfilePaths): string => join(paths.work, 'anchor');

const fileOf = (paths: ProfilePaths, acquisition: string) =>
  join(anchorDirectory(paths), `${acquisition}.unread.json`);

/** Sources unread by the last run over each set of paths. */
const unreadBySources = z.record(z.string(), z.int().min(0));

export interface AnchorReport {
  /** Sources that no run has read, over all runs. */
  readonly unread: number;
}

/** Undefined where nothing was anchored from here. */
export async function readAnchorReport(
  paths: ProfilePaths,
  acquisition: string,
): Promise<AnchorReport | undefined> {
  const runs = await readRuns(paths, acquisition);
  if (runs === undefined) return undefined;
  return { unread: Object.values(runs).reduce((sum, unread) => sum + unread, 0) };
}

/** A run over the same paths replaces what the one before could not read. */
export async function keepAnchorReport(
  paths: ProfilePaths,
  acquisition: string,
  sources: readonly string[],
  unread: number,
): Promise<void> {
  const runs = (await readRuns(paths, acquisition)) ?? {};
  const named = sources.map((source) => resolve(source)).sort();
  const key = createHash('sha256').update(named.join('\0')).digest('hex');
  const text = JSON.stringify({ ...runs, [key]: unread });
  await keepPrivate(fileOf(paths, acquisition), text);
}

async function readRuns(paths: ProfilePaths, acquisition: string) {
  const file = fileOf(paths, acquisition);
  const text = await readKept(file);
  return text === undefined ? undefined : parsePrivate(file, unreadBySources, text);
}

/** What a run anchored, and what the acquisition holds now. */
export const describeAnchored = (
  now: number,
  { batches, items }: { readonly batches: number; readonly items: number },
): string => {
  const all = `${formatCount(items, 'item')} in ${formatCount(batches, 'batch', 'batches')}`;
  return `${formatCount(now, 'batch', 'batches')} anchored now; ${all} in all`;
};

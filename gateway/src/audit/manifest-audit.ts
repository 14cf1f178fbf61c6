/** Recomputes kept manifests and compares them with the batches on the ledger. */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EvidenceError } from '../evidence/error.ts';
import { verifyManifest } from '../evidence/manifest.ts';
import { listManifests, manifestPath } from '../evidence/manifest-files.ts';
import { unlessAbsent } from '../identity/private-file.ts';
import type { RecordReader } from './stored-record.ts';

export interface ManifestAudit {
  readonly checked: number;
  readonly mismatches: readonly {
    readonly manifest: string;
    readonly file: string;
    readonly why: string;
  }[];
  /** Manifests of batches whose acquisition, or member, has others here. */
  readonly missing: readonly string[];
}

interface Anchored {
  readonly acquisition: string;
  readonly root: string;
  readonly size: number;
  readonly bytes: number;
}

/** A member's manifests as the gateway keeps them, or a copy. */
export interface KeptManifests {
  readonly directory: string;
  /** Whose; given where all of this member's are to be there, and the directory with them. */
  readonly member?: string;
}

/**
 * Where a gateway, or its second place, has all manifests of all members. The ledger says as well whose
 * these are: else those of a member whose directory is gone as a whole would not be missed.
 */
export async function listMemberManifests(
  root: string,
  records: RecordReader,
): Promise<KeptManifests[]> {
  const members = new Set<string>();
  for (const name of (await unlessAbsent(readdir(root))) ?? []) {
    // A link to a directory is one to whoever reads through it.
    if ((await unlessAbsent(stat(join(root, name))))?.isDirectory()) members.add(name);
  }
  for (const { act } of records.list('batch')) members.add(act.member);
  return [...members].sort().map((member) => ({ directory: join(root, member), member }));
}

export async function auditManifests(
  kept: readonly KeptManifests[],
  records: RecordReader,
): Promise<ManifestAudit> {
  const audits: ManifestAudit[] = [];
  for (const one of kept) audits.push(await auditDirectory(one, records));
  return {
    checked: audits.reduce((sum, { checked }) => sum + checked, 0),
    mismatches: audits.flatMap(({ mismatches }) => mismatches),
    missing: [...new Set(audits.flatMap(({ missing }) => missing))],
  };
}

async function auditDirectory(
  { directory, member }: KeptManifests,
  records: RecordReader,
): Promise<ManifestAudit> {
  const isGone = member !== undefined && (await unlessAbsent(stat(directory))) === undefined;
  const kept = isGone ? [] : await listManifests(directory);
  const acquisitions = new Set(kept.map(({ acquisition }) => acquisition));
  const anchored = new Map<string, Anchored>();
  for (const { act, manifest, acquisition, root, size, bytes } of records.list('batch')) {
    if (!acquisitions.has(acquisition) && act.member !== member) continue;
    anchored.set(manifest, { acquisition, root, size, bytes });
  }
  const mismatches: ManifestAudit['mismatches'][number][] = [];
  for (const { acquisition, digest } of kept) {
    const path = manifestPath(directory, { acquisition, digest });
    const why = await judgeManifest(path, digest, anchored.get(digest));
    if (why !== undefined) mismatches.push({ manifest: digest, file: path, why });
    anchored.delete(digest);
  }
  return { checked: kept.length, mismatches, missing: [...anchored.keys()] };
}

/** Why it is not what was anchored, or undefined. One that was never anchored promises nothing. */
async function judgeManifest(
  path: string,
  digest: string,
  batch: Anchored | undefined,
): Promise<string | undefined> {
  const expected = batch && { root: batch.root, size: batch.size, bytes: batch.bytes };
  try {
    await verifyManifest(createReadStream(path), { digest, ...expected });
    return undefined;
  } catch (error) {
    if (error instanceof EvidenceError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

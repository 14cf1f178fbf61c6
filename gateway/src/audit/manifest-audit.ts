/** Recomputes kept manifests and compares them with the batches on the ledger. */
import { createReadStream } from 'node:fs';
import { EvidenceError } from '../evidence/error.ts';
import { verifyManifest } from '../evidence/manifest.ts';
import { listManifests, manifestPath } from '../evidence/manifest-files.ts';
import type { RecordReader } from './stored-record.ts';

export interface ManifestAudit {
  readonly checked: number;
  readonly mismatches: readonly { readonly manifest: string; readonly why: string }[];
  /** Batches of an acquisition whose manifests are kept here, but not this one's. */
  readonly missing: readonly string[];
}

interface Anchored {
  readonly acquisition: string;
  readonly root: string;
  readonly size: number;
  readonly bytes: number;
}

/** @param directory a member's manifests, as the gateway keeps them. */
export async function auditManifests(
  directory: string,
  records: RecordReader,
): Promise<ManifestAudit> {
  const kept = await listManifests(directory);
  const acquisitions = new Set(kept.map(({ acquisition }) => acquisition));
  const anchored = new Map<string, Anchored>();
  for (const { manifest, acquisition, root, size, bytes } of records.list('batch')) {
    if (acquisitions.has(acquisition)) anchored.set(manifest, { acquisition, root, size, bytes });
  }
  const mismatches: { manifest: string; why: string }[] = [];
  for (const { acquisition, digest } of kept) {
    const path = manifestPath(directory, { acquisition, digest });
    const why = await judgeManifest(path, digest, anchored.get(digest));
    if (why !== undefined) mismatches.push({ manifest: digest, why });
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

/** What the tests of this folder share. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AcquireInput } from '@tabellion/chaincode/evidence/record';
import { drawSalt, encodeCommitment } from './commitment.ts';
import type { StoredManifest } from './item-index.ts';
import { ManifestDigest, manifestChunks } from './manifest.ts';

export const ACQUISITION = '0123456789abcdef0123456789abcdef';

export function makeDirectory(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'tabellion-evidence-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A commitment to nothing that exists. */
export function makeLine(text: string, size = 1, sha256 = randomBytes(32).toString('hex')): Buffer {
  const path = Buffer.from(text).toString('base64url');
  return encodeCommitment({ kind: 'row', digest: { sha256 }, size, path }, drawSalt());
}

export function describeLines(
  lines: readonly Uint8Array[],
  size = 1,
): StoredManifest & { readonly bytes: number } {
  const digest = new ManifestDigest();
  for (const line of lines) digest.add(line, size);
  return { ...digest.finish(), acquisition: ACQUISITION };
}

export function joinLines(lines: readonly Uint8Array[]): Buffer {
  return Buffer.concat([...manifestChunks(lines)]);
}

/** The bytes in pieces of this length. */
export function* cut(bytes: Uint8Array, length: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

/** Input of an acquisition at home, under one legal basis of that jurisdiction. */
export const draftAcquisition = (
  jurisdiction: string,
  legalBasis: string,
  change: Partial<AcquireInput> = {},
): AcquireInput => ({
  id: randomBytes(16).toString('hex'),
  case: `${jurisdiction}-2026-1`,
  legalBases: [{ id: legalBasis, version: 1 }],
  reason: 'Seized laptop',
  grounds: [],
  route: 'DOMESTIC',
  method: { id: 'device-imaging', version: 1 },
  purposes: [],
  publiclyReleased: 'NO',
  extent: { kind: 'SELECTIVE' },
  volatility: 'ORDINARY',
  standard: { id: 'iso-iec-27037', version: 1 },
  tools: [],
  recordings: [],
  witnesses: [],
  startedAt: Date.now() - 60_000,
  location: {
    systemJurisdiction: jurisdiction,
    mediumLocation: jurisdiction,
    source: { class: 'STANDALONE' },
  },
  ...change,
});

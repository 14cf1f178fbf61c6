import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalBytes } from '@tabellion/proof';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeCommitment } from '../evidence/commitment.ts';
import { ManifestDigest, manifestChunks } from '../evidence/manifest.ts';
import { auditManifests } from './manifest-audit.ts';
import { RecordReader } from './stored-record.ts';
import { WorldState } from './world-state.ts';

const ACQUISITION = 'a'.repeat(32);
const HEX = '0'.repeat(64);

let directory: string;
let state: WorldState;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-manifests-'));
  state = new WorldState();
});
afterEach(async () => {
  state.close();
  await rm(directory, { recursive: true, force: true });
});

/** Keeps a manifest of three items and puts its batch into the state. */
async function anchor(sequence: number): Promise<{ path: string; manifest: string }> {
  const lines = [1, 2, 3].map((size) => {
    const digest = { sha256: size.toString(16).padStart(64, `${sequence}`) };
    return encodeCommitment({ kind: 'file', digest, size, path: 'YQ' }, 'c2FsdHNhbHRzYWx0c2FsdA');
  });
  const digest = new ManifestDigest();
  lines.forEach((line, index) => void digest.add(line, index + 1));
  const facts = digest.finish();
  const path = join(directory, ACQUISITION, `${facts.digest}.ndjson`);
  await mkdir(join(directory, ACQUISITION), { recursive: true });
  await writeFile(path, Buffer.concat([...manifestChunks(lines)]));
  const record = {
    type: 'tabellion.batch',
    v: 1,
    acquisition: ACQUISITION,
    sequence,
    previous: null,
    root: facts.root,
    size: facts.size,
    bytes: facts.bytes,
    manifest: facts.digest,
    collectedAt: 1,
    case: 'C/1',
    legalBases: [{ id: 'charter', version: 1 }],
    reason: 'a test',
    touched: [],
    flags: [],
    timeWindowSeconds: 900,
    act: {
      txId: HEX,
      at: 1,
      member: 'CnMSP',
      jurisdiction: 'CN',
      role: 'investigator',
      person: 'p-1',
      certificate: HEX,
      keyCustody: 'person',
    },
  };
  state.put('tabellion', `batch/${sequence}`, canonicalBytes(record), { block: 1, transaction: 0 });
  return { path, manifest: facts.digest };
}

const audit = () => auditManifests([{ directory }], new RecordReader(state, 'tabellion'));

describe('auditManifests', () => {
  it('accepts manifests that give the anchored roots', async () => {
    await anchor(1);
    await anchor(2);
    expect(await audit()).toEqual({ checked: 2, mismatches: [], missing: [] });
  });

  it('names a manifest that was altered', async () => {
    const { path, manifest } = await anchor(1);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"size":2', '"size":7'));
    const { mismatches } = await audit();
    expect(mismatches).toEqual([
      { manifest, file: path, why: expect.stringContaining('DIGEST_MISMATCH') as string },
    ]);
  });

  it('names a manifest that is not there', async () => {
    await anchor(1);
    const { path, manifest } = await anchor(2);
    await rm(path);
    expect((await audit()).missing).toEqual([manifest]);
  });

  it('misses the only one of an acquisition where all of the member are to be there', async () => {
    const { path, manifest } = await anchor(1);
    await rm(path);
    const records = new RecordReader(state, 'tabellion');
    expect((await auditManifests([{ directory, member: 'CnMSP' }], records)).missing).toEqual([
      manifest,
    ]);
    expect((await auditManifests([{ directory, member: 'OtherMSP' }], records)).missing).toEqual(
      [],
    );
  });
});

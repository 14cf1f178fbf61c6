/** Puts together the compact proof of one item from what the member keeps. */
import { batchRecord } from '@tabellion/chaincode/evidence/record';
import {
  type BatchTree,
  buildTree,
  encodeBundle,
  parseCanonical,
  type Trust,
  verify,
} from '@tabellion/proof';
import type { Proofs } from '../http/deps.ts';
import type { Attestations } from './attestations.ts';
import { EvidenceError } from './error.ts';
import { verifyManifest } from './manifest.ts';
import type { ManifestStore } from './manifest-store.ts';

export interface ProofsOptions {
  readonly attestations: Attestations;
  readonly manifestsOf: (member: string) => ManifestStore;
  /** The trust file as it stands: no proof is handed out that does not verify by it. */
  readonly trust: () => Promise<Trust>;
  readonly now: () => number;
}

interface OpenBatch {
  readonly member: string;
  readonly manifest: string;
  readonly tree: BatchTree;
  readonly offsets: readonly number[];
}

export function createProofs(options: ProofsOptions): Proofs {
  // Proofs are asked for batch by batch: the tree of the last one is worth keeping.
  let last: Promise<OpenBatch> | undefined;
  let lastKey = '';

  const openBatch = (
    member: string,
    manifest: string,
    expected: { root: string; size: number },
  ) => {
    const key = `${member}/${manifest}`;
    if (last === undefined || lastKey !== key) {
      const opening = readBatch(options.manifestsOf(member), member, manifest, expected);
      last = opening;
      lastKey = key;
      opening.catch(() => {
        if (last === opening) last = undefined;
      });
    }
    return last;
  };

  return {
    async assemble(member, batch, index) {
      const { envelope, record } = await options.attestations.get(batch);
      const { root, size, manifest, act } = batchRecord.parse(parseCanonical(record));
      if (act.member !== member || index >= size) {
        throw new EvidenceError('NOT_FOUND', 'no such item of this member');
      }
      const { tree, offsets } = await openBatch(member, manifest, { root, size });
      const line = await options.manifestsOf(member).readLine(manifest, offsets[index]!);
      const bundle = encodeBundle({
        commitment: line,
        index,
        size,
        hashes: tree.path(index),
        record,
        attestation: envelope,
      });
      const verdict = verify(bundle, await options.trust(), { now: options.now() });
      if (verdict.outcome !== 'INTACT') {
        throw new EvidenceError('PROOF_INVALID', `the proof would not verify: ${verdict.code}`);
      }
      return bundle;
    },
  };
}

/** @throws EvidenceError `NOT_FOUND`, `DIGEST_MISMATCH`, `ROOT_MISMATCH`: a proof needs the manifest. */
async function readBatch(
  manifests: ManifestStore,
  member: string,
  manifest: string,
  expected: { readonly root: string; readonly size: number },
): Promise<OpenBatch> {
  const leaves: Uint8Array[] = [];
  const offsets: number[] = [];
  await verifyManifest(manifests.read(manifest), { digest: manifest, ...expected }, (line) => {
    leaves.push(line.leaf);
    offsets.push(line.offset);
  });
  return { member, manifest, tree: buildTree(leaves), offsets };
}

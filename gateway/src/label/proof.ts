/** Puts together the proof of one label from its batch's manifest and what the members' peers answer now. */
import {
  type BatchTree,
  buildTree,
  encodeLabelBundle,
  LABEL_READ_FUNCTION,
  LABEL_SAID_FUNCTION,
  toHex,
  verify,
} from '@tabellion/proof';
import { EvidenceError } from '../evidence/error.ts';
import { attestAnswer } from '../evidence/ledger-reader.ts';
import type { GatewayDeps } from '../http/deps.ts';
import type { LabelLine } from './manifest.ts';

type ProofDeps = Pick<
  GatewayDeps,
  'ledger' | 'serviceSigners' | 'operator' | 'labels' | 'trust' | 'now'
>;

interface OpenBatch {
  readonly tree: BatchTree;
  readonly lines: readonly Pick<LabelLine, 'offset' | 'length' | 'leaf'>[];
}

export interface LabelProofs {
  /**
   * The bundle's bytes.
   * @param assertionOnly without what members said of the label.
   * @throws EvidenceError `NOT_FOUND`, `MANIFEST_MISSING`, `PROOF_INVALID`; LedgerError, with the contract's
   * code `SAID_TOO_MUCH`.
   */
  assemble(batch: string, index: number, assertionOnly: boolean): Promise<Uint8Array>;
}

export function createLabelProofs(deps: ProofDeps): LabelProofs {
  const { ledger, serviceSigners, operator, labels, trust, now } = deps;
  const { manifests, view } = labels;
  // Proofs are asked for batch by batch: the tree of the last one is worth keeping.
  let last: { readonly manifest: string; readonly opening: Promise<OpenBatch> } | undefined;

  const openBatch = (manifest: string): Promise<OpenBatch> => {
    if (last?.manifest === manifest) return last.opening;
    const opening = readBatch(deps.labels, manifest);
    const mine = { manifest, opening };
    last = mine;
    opening.catch(() => {
      if (last === mine) last = undefined;
    });
    return opening;
  };

  return {
    async assemble(batch, index, assertionOnly) {
      const record = view.findBatch(batch)?.record;
      if (record === undefined || index >= record.size) {
        throw new EvidenceError('NOT_FOUND', 'no such label');
      }
      if (record.content !== undefined) {
        throw new EvidenceError('NOT_FOUND', 'a batch of transfers has no labels');
      }
      const { tree, lines } = await openBatch(record.manifest);
      const line = lines[index]!;
      const signer = serviceSigners.get(operator)!;
      const attestation = await (assertionOnly
        ? attestAnswer(ledger, signer, LABEL_READ_FUNCTION, `label-batch/${batch}`)
        : attestAnswer(ledger, signer, LABEL_SAID_FUNCTION, `${batch}/${toHex(line.leaf)}`));
      const bundle = encodeLabelBundle({
        statement: manifests.readLine(record.manifest, line),
        ...{ index, size: record.size, hashes: tree.path(index), attestation },
      });
      const verdict = verify(bundle, await trust(), { now: now() });
      if (verdict.outcome !== 'INTACT') {
        throw new EvidenceError('PROOF_INVALID', `the proof would not verify: ${verdict.code}`);
      }
      return bundle;
    },
  };
}

/** @throws EvidenceError `MANIFEST_MISSING`: a proof needs the manifest. */
async function readBatch({ manifests }: ProofDeps['labels'], manifest: string): Promise<OpenBatch> {
  if (!(await manifests.has(manifest))) {
    throw new EvidenceError('MANIFEST_MISSING', 'the manifest of this batch is not here');
  }
  const lines: OpenBatch['lines'][number][] = [];
  await manifests.read(manifest, ({ offset, length, leaf }) =>
    lines.push({ offset, length, leaf }),
  );
  return { tree: buildTree(lines.map(({ leaf }) => leaf)), lines };
}

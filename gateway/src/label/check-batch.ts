/** Whether a manifest is what a batch record says of it. Every member comes to the same. */
import type { AssertInput } from '@tabellion/chaincode/label/record';
import { nameEvidence } from '@tabellion/proof';
import { EvidenceError } from '../evidence/error.ts';
import { LabelError } from './error.ts';
import type { LabelManifestFacts } from './manifest.ts';

/** Unknown categories that a refusal names. */
const SHOWN = 5;

/**
 * @param categories of the taxonomy that the record names; undefined where that is not there.
 * @throws EvidenceError `ROOT_MISMATCH`; LabelError `MARKING_MISMATCH`, `EVIDENCE_MISMATCH`,
 * `CATEGORY_UNKNOWN`.
 */
export function checkBatch(
  held: LabelManifestFacts,
  { root, size, tlp, evidence = [] }: Pick<AssertInput, 'root' | 'size' | 'tlp' | 'evidence'>,
  categories: ReadonlySet<string> | undefined,
): void {
  if (held.root !== root || held.size !== size)
    throw new EvidenceError('ROOT_MISMATCH', 'the manifest has another root or size');
  if (held.tlp !== tlp)
    throw new LabelError('MARKING_MISMATCH', `the strictest label is TLP:${held.tlp}`);
  // Transfers rest on something, labels name nothing here: this tells the one from the other as well.
  const isNamed = evidence.every((link) => held.evidence.has(nameEvidence(link)));
  if (!isNamed || evidence.length !== held.evidence.size)
    throw new LabelError('EVIDENCE_MISMATCH', 'the transfers rest on other evidence');
  const unknown = [...held.categories].filter((category) => categories?.has(category) === false);
  if (unknown.length > 0)
    throw new LabelError('CATEGORY_UNKNOWN', unknown.slice(0, SHOWN).join(', '));
}

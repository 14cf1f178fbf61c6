/** Whether a manifest is what a batch record says of it. Every member comes to the same. */
import type { AssertInput } from '@tabellion/chaincode/label/record';
import { EvidenceError } from '../evidence/error.ts';
import { LabelError } from './error.ts';
import type { LabelManifestFacts } from './manifest.ts';

/** Unknown categories that a refusal names. */
const SHOWN = 5;

/**
 * @param categories of the taxonomy that the record names; undefined where that is not there.
 * @throws EvidenceError `ROOT_MISMATCH`; LabelError `MARKING_MISMATCH`, `CATEGORY_UNKNOWN`.
 */
export function checkBatch(
  held: LabelManifestFacts,
  { root, size, tlp }: Pick<AssertInput, 'root' | 'size' | 'tlp'>,
  categories: ReadonlySet<string> | undefined,
): void {
  if (held.root !== root || held.size !== size)
    throw new EvidenceError('ROOT_MISMATCH', 'the manifest has another root or size');
  if (held.tlp !== tlp)
    throw new LabelError('MARKING_MISMATCH', `the strictest label is TLP:${held.tlp}`);
  const unknown = [...held.categories].filter((category) => categories?.has(category) === false);
  if (unknown.length > 0)
    throw new LabelError('CATEGORY_UNKNOWN', unknown.slice(0, SHOWN).join(', '));
}

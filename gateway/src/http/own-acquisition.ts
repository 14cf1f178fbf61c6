import type { EvidenceView } from '../projection/evidence-view.ts';
import type { Projection } from '../projection/projection.ts';
import { Problem } from './problem.ts';

const PATIENCE_MS = 5000;

/**
 * Manifests and items belong to the acquisition's own member; for everybody else they are not there.
 * An acquisition that was just committed may not be projected yet: that is waited for.
 * @throws Problem `NOT_FOUND`.
 */
export async function assertOwnAcquisition(
  projection: Projection,
  evidence: EvidenceView,
  id: string,
  member: string,
): Promise<void> {
  if (evidence.ownerOf(id) === undefined)
    await projection.catchUp(AbortSignal.timeout(PATIENCE_MS));
  if (evidence.ownerOf(id) !== member) throw new Problem('NOT_FOUND');
}

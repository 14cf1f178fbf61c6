/**
 * Verifies a saved disclosure: the grant as its members attest it, the set against the grant's root, each
 * item's proof against the set. No network; what does not hold is named by position.
 */
import '@tabellion/proof/node';
import {
  createVerifier,
  equalBytes,
  extractCommitted,
  leafHash,
  MAX_BUNDLE_BYTES,
  type Outcome,
  type ProvenGrant,
  type Trust,
  verifyGrant,
} from '@tabellion/proof';
import { readSmallFile } from '../document.ts';
import { savedPaths } from './saved.ts';
import { checkSavedSet } from './saved-set.ts';
import { SET_VERDICTS } from './set-verdict.ts';

const MAX_ATTESTATION = 1 << 20;

export interface Unsound {
  /** `grant`, `set`, or the position of an item. */
  readonly what: 'grant' | 'set' | number;
  readonly outcome: Exclude<Outcome, 'INTACT'>;
  readonly code: string;
}

export interface SavedVerdict {
  readonly outcome: Outcome;
  readonly grant?: ProvenGrant;
  /** Items whose proof holds. */
  readonly sound: number;
  readonly unsound: readonly Unsound[];
}

export async function checkSaved(
  directory: string,
  trust: Trust,
  now: number,
): Promise<SavedVerdict> {
  const paths = savedPaths(directory);
  const granted = verifyGrant(await readSmallFile(paths.grant, MAX_ATTESTATION), trust, { now });
  const { grant, outcome, code } = granted;
  if (outcome !== 'INTACT') return conclude(grant, 0, [{ what: 'grant', outcome, code }]);
  const { set, code: unfit } = await checkSavedSet(paths.set, grant);
  if (set === undefined) {
    return conclude(grant, 0, [{ what: 'set', outcome: SET_VERDICTS[unfit], code: unfit }]);
  }
  const { leaves } = set;
  const verify = createVerifier(trust);
  const unsound: Unsound[] = [];
  for (const [position, leaf] of leaves.entries()) {
    const bytes = await readSmallFile(paths.proof(position), MAX_BUNDLE_BYTES);
    const verdict = verify(bytes, { now });
    if (verdict.outcome !== 'INTACT') {
      unsound.push({ what: position, outcome: verdict.outcome, code: verdict.code });
    } else if (verdict.claims?.acquisition !== grant.acquisition || !isOf(bytes, leaf)) {
      unsound.push({ what: position, outcome: SET_VERDICTS.OTHER_ITEM, code: 'OTHER_ITEM' });
    }
  }
  return conclude(grant, leaves.length - unsound.length, unsound);
}

/** The bundle is of this very item of the set. */
function isOf(bundle: Uint8Array, leaf: Uint8Array): boolean {
  return equalBytes(leafHash(extractCommitted(bundle)), leaf);
}

/** The worst that was found decides. */
function conclude(
  grant: ProvenGrant | undefined,
  sound: number,
  unsound: readonly Unsound[],
): SavedVerdict {
  const worst = (['MISMATCH', 'UNTRUSTED', 'UNREADABLE'] as const).find((outcome) =>
    unsound.some((each) => each.outcome === outcome),
  );
  return { outcome: worst ?? 'INTACT', ...(grant && { grant }), sound, unsound };
}

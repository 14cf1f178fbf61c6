/** Verifies a proof that an item is in a granted set, or that it is not, and says exactly what it shows. */
import '@tabellion/proof/node';
import {
  checkSetProof,
  equalBytes,
  extractCommitted,
  fromBase64url,
  fromHex,
  leafHash,
  MAX_BUNDLE_BYTES,
  type Outcome,
  type ProvenGrant,
  parseStrict,
  type SetProof,
  type Trust,
  verify,
  verifyGrant,
} from '@tabellion/proof';
import { z } from 'zod';
import { readSetProof, setProof } from '../../disclosure/shown-set.ts';
import { readSmallFile } from '../document.ts';
import { checkSavedSet } from './saved-set.ts';
import { SET_VERDICTS, type SetVerdict } from './set-verdict.ts';

const MAX_PROOF_BYTES = 1 << 20;

const proofFile = z.strictObject({
  type: z.literal('tabellion.disclosure-proof'),
  v: z.literal(1),
  leaf: z.string().regex(/^[0-9a-f]{64}$/),
  proof: setProof,
  attestation: z.string(),
});

export interface ProofOptions {
  /** The item's own compact proof. */
  readonly item?: string;
  /** The whole list, as `disclosure open` saved it. */
  readonly set?: string;
}

export type ProofVerdict =
  | {
      readonly outcome: Exclude<Outcome, 'INTACT'>;
      readonly code: string;
      readonly why: string;
    }
  | {
      readonly outcome: 'INTACT';
      readonly kind: SetProof['kind'];
      readonly leaf: string;
      readonly grant: ProvenGrant;
      /** Its own proof shows that the acquisition has it. */
      readonly ofAcquisition: boolean;
      /** The whole list was at hand, and ascends. */
      readonly wholeSet: boolean;
    };

export async function checkProof(
  path: string,
  trust: Trust,
  now: number,
  { item, set }: ProofOptions,
): Promise<ProofVerdict> {
  const read = readProof(await readSmallFile(path, MAX_PROOF_BYTES));
  if ('outcome' in read) return read;
  const { leaf, proof, attestation } = read;
  const { outcome, code, grant } = verifyGrant(attestation, trust, { now });
  if (grant === undefined) {
    return { outcome, code, why: 'the grant is not attested as the trust file asks' };
  }
  const kind = checkSetProof(fromHex(leaf), proof, grant);
  if (kind === undefined) {
    const why =
      'the paths do not lead to the root that was granted, so nothing is shown of the item';
    return refuse('SET_PATH_MISMATCH', why);
  }
  const checkedSet = set === undefined ? undefined : await checkSavedSet(set, grant);
  if (checkedSet?.code !== undefined) {
    return refuse(checkedSet.code, `${set} is not the list that was granted, in ascending order`);
  }
  const unsound = item === undefined ? undefined : await checkItem(item, leaf, grant, trust, now);
  if (unsound !== undefined) return unsound;
  const [ofAcquisition, wholeSet] = [item !== undefined, set !== undefined];
  return { outcome: 'INTACT', kind, leaf, grant, ofAcquisition, wholeSet };
}

async function checkItem(
  path: string,
  leaf: string,
  grant: ProvenGrant,
  trust: Trust,
  now: number,
): Promise<ProofVerdict | undefined> {
  const bundle = await readSmallFile(path, MAX_BUNDLE_BYTES);
  const { outcome, code, message, claims } = verify(bundle, trust, { now });
  if (outcome !== 'INTACT') return { outcome, code, why: `the item's proof: ${message}` };
  if (claims === undefined) {
    const why =
      'a chain of custody does not show which batch an item stands in: give `proof export`';
    return { outcome: 'UNREADABLE', code: 'UNSUPPORTED_KIND', why };
  }
  const isSame = equalBytes(leafHash(extractCommitted(bundle)), fromHex(leaf));
  if (isSame && claims.acquisition === grant.acquisition) return undefined;
  return refuse('OTHER_ITEM', "the item's proof is of another item or acquisition");
}

const refuse = (code: SetVerdict, why: string): ProofVerdict => ({
  outcome: SET_VERDICTS[code],
  code,
  why,
});

/** What cannot be read shows nothing either way, and is no mismatch. */
function readProof(bytes: Uint8Array) {
  try {
    const value = parseStrict(bytes);
    if (isNewer(value)) return unreadable('UNSUPPORTED_VERSION', 'the proof is of a newer format');
    const { leaf, proof, attestation } = proofFile.parse(value);
    return { leaf, proof: readSetProof(proof), attestation: fromBase64url(attestation) };
  } catch (error) {
    const isCoded = error instanceof Error && 'code' in error;
    if (!isCoded && !(error instanceof z.ZodError)) throw error;
    return unreadable('MALFORMED', 'this is no proof of `disclosure prove`, or a damaged one');
  }
}

const isNewer = (value: unknown): boolean => {
  const { type, v } = (value ?? {}) as { type?: unknown; v?: unknown };
  return type === 'tabellion.disclosure-proof' && typeof v === 'number' && v > 1;
};

const unreadable = (code: string, why: string) =>
  ({ outcome: 'UNREADABLE', code, why }) as const satisfies ProofVerdict;

/**
 * Offline verification of a grant: that the members' peers attest which set of items was disclosed, and
 * how many were kept back. It says nothing of whether the grant still holds, only that it was given.
 */
import { z } from 'zod';
import { checkRead } from '../bundle/attestation.ts';
import type { Trust } from '../bundle/record.ts';
import { demand, type RefusalCode, refusalCode } from '../bundle/refusal.ts';
import { isNewer } from '../bundle/trust.ts';
import { type Outcome, VERDICTS } from '../bundle/verdict.ts';
import { fromHex } from '../bytes/encoding.ts';
import { parseCanonical } from '../json/parse.ts';
import type { SetFacts } from './set.ts';

/** The contract function whose endorsed answer attests a grant. */
export const GRANT_READ_FUNCTION = 'disclosure:read';
export const GRANT_KEY_PREFIX = 'grant/';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const safeInteger = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
/** The part of a grant record that the proof needs; the rest was accepted by the contract. */
const provenGrant = z.object({
  type: z.literal('tabellion.grant'),
  v: z.literal(1),
  id: z.string().regex(/^[0-9a-f]{32}$/),
  acquisition: z.string(),
  root: digest,
  size: safeInteger.min(1),
  withheld: safeInteger,
  expiresAt: safeInteger,
  case: z.string(),
  act: z.object({ at: safeInteger, member: z.string() }),
});

export interface ProvenGrant extends SetFacts {
  readonly id: string;
  readonly acquisition: string;
  /** Items of the acquisition that are not in the set. */
  readonly withheld: number;
  readonly expiresAt: number;
  readonly case: string;
  /** The member that granted, and when, as it claims. */
  readonly member: string;
  readonly grantedAt: number;
  /** Block that recorded it. */
  readonly block: number;
  readonly endorsers: readonly string[];
}

export type GrantVerdict =
  | { readonly outcome: 'INTACT'; readonly code: 'INTACT'; readonly grant: ProvenGrant }
  | {
      readonly outcome: Exclude<Outcome, 'INTACT'>;
      readonly code: RefusalCode;
      readonly grant?: undefined;
    };

/**
 * Verifies the attested read of a grant; never throws.
 * @param attestation `common.Envelope` bytes of the endorsed, never submitted read.
 */
export function verifyGrant(
  attestation: Uint8Array,
  trust: Trust,
  { now }: { readonly now: number },
): GrantVerdict {
  try {
    const grant = proveGrant(attestation, trust, now);
    return { outcome: 'INTACT', code: 'INTACT', grant };
  } catch (error) {
    const code = refusalCode(error);
    return { outcome: VERDICTS[code], code };
  }
}

/** Nothing is interpreted before it is authenticated, as with bundles. */
function proveGrant(bytes: Uint8Array, trust: Trust, now: number): ProvenGrant {
  const asked = { now, readFunction: GRANT_READ_FUNCTION };
  const { key, record, place, endorsers } = checkRead(bytes, trust, asked);
  const value = parseCanonical(record);
  demand((value as { type?: unknown } | null)?.type === 'tabellion.grant', 'RECORD_MISMATCH');
  demand(!isNewer(value), 'UNSUPPORTED_VERSION');
  const parsed = provenGrant.safeParse(value);
  demand(parsed.success && key === GRANT_KEY_PREFIX + parsed.data.id, 'RECORD_MISMATCH');
  const { root, size, id, acquisition, withheld, expiresAt, act } = parsed.data;
  return {
    ...{ id, acquisition, size, withheld, expiresAt, case: parsed.data.case },
    root: fromHex(root),
    member: act.member,
    grantedAt: act.at,
    block: place.block,
    endorsers,
  };
}

/** Reading the trust file, and the members' certificates in it. */
import { CodedError } from '../coded-error.ts';
import { parseStrict } from '../json/parse.ts';
import { Msp } from '../x509/msp.ts';
import { type Trust, trust } from './record.ts';
import { demand } from './refusal.ts';

const MAX_TRUST_BYTES = 4 << 20;

export const TRUST_ERROR_CODES = ['TRUST_MALFORMED', 'UNSUPPORTED_VERSION'] as const;
export type TrustErrorCode = (typeof TRUST_ERROR_CODES)[number];

/** Why a trust file cannot be used; the codes are verdict codes. */
export class TrustError extends CodedError<TrustErrorCode> {
  override readonly name = 'TrustError';
}

/** Reads a trust file: JSON, not necessarily canonical, as people edit it. @throws TrustError. */
export function parseTrust(bytes: Uint8Array): Trust {
  const value = readJson(bytes);
  if (isNewer(value)) {
    throw new TrustError('UNSUPPORTED_VERSION', 'a trust file of a newer format');
  }
  const result = trust.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new TrustError('TRUST_MALFORMED', `${issue?.path.join('.')}: ${issue?.message}`);
  }
  const ids = new Set(result.data.members.map(({ mspId }) => mspId));
  if (ids.size !== result.data.members.length) {
    throw new TrustError('TRUST_MALFORMED', 'members: one stands twice');
  }
  return result.data;
}

/** Whether a document says that its format is a later one than ours. */
export function isNewer(value: unknown): boolean {
  const version = (value as { v?: unknown } | null)?.v;
  return typeof version === 'number' && version > 1;
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return parseStrict(bytes, { maxBytes: MAX_TRUST_BYTES });
  } catch (error) {
    throw new TrustError('TRUST_MALFORMED', (error as Error).message);
  }
}

/** How many members must have signed under a definition; by default the one in force. */
export function thresholdOf(
  { endorsementThreshold, definitions }: Pick<Trust, 'endorsementThreshold' | 'definitions'>,
  definition: Trust['definitions'][number] | undefined = definitions.at(-1),
): number {
  return definition?.endorsementThreshold ?? endorsementThreshold;
}

export interface TrustedMember {
  readonly state: boolean;
  readonly msp: Msp;
}

/**
 * The members by MSP ID. The roots of an embedded ledger carry its marker, nothing of a network does:
 * it stands in certificates, where nobody can strip it.
 * @throws MspError `MSP_MALFORMED`, Refusal `WRONG_LEDGER_KIND`.
 */
export function openMembers(trusted: Trust): ReadonlyMap<string, TrustedMember> {
  const members = trusted.members.map(({ state, ...definition }) => {
    // The marker is let in at first, so that the wrong kind is told as such and not as malformed.
    const msp = new Msp(definition, { embedded: true });
    const kindHolds =
      trusted.ledger === 'embedded'
        ? msp.roots.every(({ isEmbedded }) => isEmbedded)
        : ![...msp.roots, ...msp.intermediates].some(({ isEmbedded }) => isEmbedded);
    demand(kindHolds, 'WRONG_LEDGER_KIND');
    return [definition.mspId, { state, msp }] as const;
  });
  return new Map(members);
}

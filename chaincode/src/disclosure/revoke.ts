import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import { revocationKey } from './key.ts';
import type { GrantRecord, RevocationRecord, RevokeInput } from './record.ts';

/**
 * `disclosure:revoke`: ends a grant at once. No clock decides whether it may: a revocation that comes
 * after the end changes nothing and harms nobody.
 * @throws ContractError `NOT_OWN_MEMBER`, `ALREADY_EXISTS`.
 */
export function revokeAccess(
  input: RevokeInput,
  { exists, grant }: { readonly exists: boolean; readonly grant: GrantRecord },
  act: Act,
): Decision {
  assertRule(grant.act.member === act.member, 'NOT_OWN_MEMBER', 'another member granted it');
  assertRule(!exists, 'ALREADY_EXISTS', 'the grant is revoked');
  const record: RevocationRecord = {
    type: 'tabellion.revocation',
    v: 1,
    ...input,
    case: grant.case,
    legalBasis: grant.legalBasis,
    act,
  };
  return { key: revocationKey(input.grant), record };
}

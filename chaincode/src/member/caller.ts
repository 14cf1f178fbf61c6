import { buildAct, type Credentials } from '../kernel/credentials.ts';
import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { State } from '../kernel/state.ts';
import { memberKey } from './key.ts';
import { mayAct, type TransactionName } from './permission.ts';
import { type MemberKind, type MemberRecord, memberRecord, role } from './record.ts';

/** Who calls, on behalf of which member. */
export interface Caller {
  readonly act: Act;
  readonly member: MemberRecord;
}

/**
 * Finds the caller's member in the register; the jurisdiction comes from there and never from input
 * (CNS-1, CNS-3).
 * @throws ContractError `UNKNOWN_MEMBER`, `MEMBER_SUSPENDED`, `ROLE_UNKNOWN`, `NOT_ALLOWED`.
 */
export function identifyMember(name: TransactionName) {
  return async (
    credentials: Credentials,
    transaction: { readonly txId: string; readonly at: number },
    state: State,
  ): Promise<Caller> => {
    const member = await state.find(memberRecord, memberKey(credentials.member));
    assertRule(member !== undefined, 'UNKNOWN_MEMBER', credentials.member);
    assertTakesPart(member, credentials.role, name);
    return { act: buildAct(credentials, member.jurisdiction, transaction), member };
  };
}

/** @throws ContractError `MEMBER_SUSPENDED`, `ROLE_UNKNOWN`, `NOT_ALLOWED`. */
export function assertTakesPart(
  { mspId, status, kind }: Pick<MemberRecord, 'mspId' | 'status' | 'kind'>,
  role: string,
  name: TransactionName,
): void {
  assertRule(status === 'ACTIVE', 'MEMBER_SUSPENDED', mspId);
  assertMayAct(role, kind, name);
}

/** @throws ContractError `ROLE_UNKNOWN`, `NOT_ALLOWED`. */
export function assertMayAct(named: string, kind: MemberKind, name: TransactionName): void {
  const known = role.safeParse(named);
  assertRule(known.success, 'ROLE_UNKNOWN', 'the certificate names a role that no paper knows');
  assertRule(mayAct(known.data, kind, name), 'NOT_ALLOWED', `${named} of ${kind} in ${name}`);
}

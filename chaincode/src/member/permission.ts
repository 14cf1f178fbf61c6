import type { MemberKind, Role } from './record.ts';

const COLLECTORS: readonly MemberKind[] = ['STATE', 'EXCHANGE', 'PLATFORM'];
const ALL: readonly MemberKind[] = [...COLLECTORS, 'AUDITOR'];

interface Permission {
  readonly roles: readonly Role[];
  readonly kinds: readonly MemberKind[];
}
const byDelegate: Permission = { roles: ['delegate'], kinds: ALL };
const byCollector: Permission = { roles: ['investigator', 'system'], kinds: COLLECTORS };

/** Who may submit what. Which object a caller may act on is each transaction's own rule. */
export const PERMISSIONS = {
  'member:found': byDelegate,
  'member:propose': byDelegate,
  'member:vote': byDelegate,
  'member:declare': byDelegate,
  'evidence:acquire': byCollector,
  'evidence:anchor': byCollector,
  'evidence:close': byCollector,
  'evidence:disclose': byCollector,
  'evidence:determine': byCollector,
  'evidence:segregate': byCollector,
  'evidence:answer': {
    roles: ['judicialReviewer', 'liaisonAuthority', 'centralAuthority'],
    kinds: ['STATE'],
  },
  'evidence:anchorJournal': { roles: ['system'], kinds: ALL },
} as const satisfies Record<string, Permission>;
export type TransactionName = keyof typeof PERMISSIONS;

/** Whether a role of a member of that kind may submit the transaction at all (requirements, part 0). */
export function mayAct(role: Role, kind: MemberKind, transaction: TransactionName): boolean {
  const { roles, kinds }: Permission = PERMISSIONS[transaction];
  return roles.includes(role) && kinds.includes(kind);
}

import type { MemberKind, Role } from './record.ts';

const COLLECTORS: readonly MemberKind[] = ['STATE', 'EXCHANGE', 'PLATFORM'];
const ALL: readonly MemberKind[] = [...COLLECTORS, 'AUDITOR'];

interface Permission {
  readonly roles: readonly Role[];
  readonly kinds: readonly MemberKind[];
}
const byDelegate: Permission = { roles: ['delegate'], kinds: ALL };
const byCollector: Permission = { roles: ['investigator', 'system'], kinds: COLLECTORS };
/** Whoever may answer for an item; an auditor never holds evidence. */
const HANDLERS: readonly Role[] = [
  'investigator',
  'analyst',
  'prosecutor',
  'judicialReviewer',
  'centralAuthority',
  'liaisonAuthority',
];
/** Who may step in for a person of the own member who is gone. */
const SUPERVISORS: readonly Role[] = [
  'prosecutor',
  'judicialReviewer',
  'centralAuthority',
  'liaisonAuthority',
];
const byHandler: Permission = { roles: HANDLERS, kinds: COLLECTORS };
/** A service opens what it anchored and hands it to a person. */
const byHandlerOrSystem: Permission = { roles: [...HANDLERS, 'system'], kinds: COLLECTORS };
const byExaminer: Permission = { roles: ['investigator', 'analyst'], kinds: COLLECTORS };
const byJudge: Permission = {
  roles: ['prosecutor', 'judicialReviewer', 'centralAuthority'],
  kinds: ['STATE'],
};
const byGrantor: Permission = {
  roles: ['investigator', 'prosecutor', 'centralAuthority'],
  kinds: COLLECTORS,
};

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
  'custody:open': { roles: ['investigator', 'analyst', 'system'], kinds: COLLECTORS },
  'custody:register': byExaminer,
  'custody:derive': byExaminer,
  'custody:offer': byHandlerOrSystem,
  'custody:accept': byHandler,
  'custody:refuse': byHandler,
  'custody:withdraw': byHandlerOrSystem,
  'custody:takeOver': { roles: SUPERVISORS, kinds: COLLECTORS },
  'custody:examine': byExaminer,
  'custody:seal': byHandler,
  'custody:unseal': byHandler,
  'custody:move': byHandler,
  'custody:return': byHandler,
  'custody:hold': byJudge,
  'custody:lift': byJudge,
  'custody:dispose': byHandler,
  'custody:correct': byHandler,
  'custody:confirm': {
    roles: ['judicialReviewer', 'liaisonAuthority', 'centralAuthority'],
    kinds: ['STATE'],
  },
  'review:object': {
    roles: [
      'investigator',
      'analyst',
      'judicialReviewer',
      'prosecutor',
      'centralAuthority',
      'liaisonAuthority',
    ],
    kinds: ALL,
  },
  'review:reply': {
    roles: [
      'investigator',
      'analyst',
      'prosecutor',
      'judicialReviewer',
      'centralAuthority',
      'liaisonAuthority',
    ],
    kinds: ALL,
  },
  'review:judge': {
    roles: ['judicialReviewer', 'prosecutor', 'centralAuthority'],
    kinds: ['STATE'],
  },
  'review:examine': { roles: ['investigator', 'analyst'], kinds: ALL },
  'review:weigh': { roles: ['judicialReviewer', 'prosecutor', 'analyst'], kinds: ALL },
  'disclosure:grant': byGrantor,
  'disclosure:revoke': byGrantor,
} as const satisfies Record<string, Permission>;
export type TransactionName = keyof typeof PERMISSIONS;

/** Whether a role of a member of that kind may submit the transaction at all (requirements, part 0). */
export function mayAct(role: Role, kind: MemberKind, transaction: TransactionName): boolean {
  const { roles, kinds }: Permission = PERMISSIONS[transaction];
  return roles.includes(role) && kinds.includes(kind);
}

/** Whether a person of that role may step in for another of its member in an item's custody. */
export function mayTakeOver(role: string): boolean {
  return (SUPERVISORS as readonly string[]).includes(role);
}

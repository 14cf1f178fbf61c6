import type { MemberKind, Role } from './record.ts';

const COMPANIES: readonly MemberKind[] = ['EXCHANGE', 'PLATFORM'];
const COLLECTORS: readonly MemberKind[] = ['STATE', ...COMPANIES];
const ALL: readonly MemberKind[] = [...COLLECTORS, 'AUDITOR'];

interface Permission {
  readonly roles: readonly Role[];
  readonly kinds: readonly MemberKind[];
  /**
   * Roles that may too at an exchange or platform. It has no prosecutor, court or central authority; its
   * delegate, who speaks for it in governance, stands in for those.
   */
  readonly ofCompanies?: readonly Role[];
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
/**
 * A service opens what it anchored and hands it to a person; so does a company's delegate who had to take
 * something over, and who does nothing else with it.
 */
const byHandlerOrSystem: Permission = {
  roles: [...HANDLERS, 'system'],
  kinds: COLLECTORS,
  ofCompanies: ['delegate'],
};
const byHandlerOrDelegate: Permission = { ...byHandler, ofCompanies: ['delegate'] };
const byExaminer: Permission = { roles: ['investigator', 'analyst'], kinds: COLLECTORS };
/** Whoever finds out about addresses: an exchange's service as much as a state's analyst (LBL-2). */
const byLabeller: Permission = { roles: ['investigator', 'analyst', 'system'], kinds: COLLECTORS };
const byJudge: Permission = {
  roles: ['prosecutor', 'judicialReviewer', 'centralAuthority'],
  kinds: ['STATE'],
};
/** Only a state's authorities issue orders. */
const byOfficer: Permission = { roles: HANDLERS, kinds: ['STATE'] };
const byOfficerOrSystem: Permission = { ...byOfficer, roles: [...HANDLERS, 'system'] };
/** Whoever is a party: an officer of a state, or who speaks for the company that was asked. */
const byParty: Permission = { roles: HANDLERS, kinds: COLLECTORS, ofCompanies: ['delegate'] };
const byPartyOrSystem: Permission = { ...byParty, roles: [...HANDLERS, 'system'] };
const byGrantor: Permission = {
  roles: ['investigator', 'prosecutor', 'centralAuthority'],
  kinds: COLLECTORS,
  ofCompanies: ['delegate'],
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
  'custody:takeOver': { roles: SUPERVISORS, kinds: COLLECTORS, ofCompanies: ['delegate'] },
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
  'label:assert': byLabeller,
  /** Whoever runs or relies on the member's library; a service where its operator wants that. */
  'label:miss': { roles: [...HANDLERS, 'system'], kinds: ALL, ofCompanies: ['delegate'] },
  'label:corroborate': byExaminer,
  'label:opine': byExaminer,
  'label:sight': byLabeller,
  'label:dispute': { roles: HANDLERS, kinds: ALL, ofCompanies: ['delegate'] },
  'label:answer': byHandlerOrDelegate,
  'label:withdraw': byHandlerOrDelegate,
  /** Which of these roles it takes is each profile's own rule. */
  'order:issue': byOfficer,
  'order:validate': byOfficer,
  'order:serve': byOfficerOrSystem,
  'order:receive': byPartyOrSystem,
  'order:takeNotice': byOfficerOrSystem,
  'order:clear': byParty,
  'order:object': byOfficer,
  'order:reportDefect': byPartyOrSystem,
  'order:clarify': byOfficer,
  'order:reportImpossible': byPartyOrSystem,
  'order:refuse': byParty,
  'order:accept': byOfficer,
  'order:maintain': byOfficer,
  'order:raiseConflict': byParty,
  'order:decideConflict': byOfficer,
  'order:execute': byPartyOrSystem,
  'order:deliver': byPartyOrSystem,
  'order:extend': byOfficer,
  'order:confirmProduction': byOfficer,
  'order:release': byOfficer,
  'order:forfeit': byOfficer,
  'order:withdraw': byOfficer,
  'order:enforce': byOfficer,
  'order:recognise': byOfficer,
  'order:denyRecognition': byOfficer,
  'order:ask': byOfficer,
  'order:reply': byOfficer,
  'order:markOverdue': byPartyOrSystem,
  'order:close': byOfficer,
} as const satisfies Record<string, Permission>;
export type TransactionName = keyof typeof PERMISSIONS;

/** Whether a role of a member of that kind may submit the transaction at all (requirements, part 0). */
export function mayAct(role: Role, kind: MemberKind, transaction: TransactionName): boolean {
  const { roles, kinds, ofCompanies = [] }: Permission = PERMISSIONS[transaction];
  if (!kinds.includes(kind)) return false;
  return roles.includes(role) || (COMPANIES.includes(kind) && ofCompanies.includes(role));
}

/** The roles that may submit it at members of some kind. */
export function listRoles(transaction: TransactionName): readonly Role[] {
  const { roles, ofCompanies = [] }: Permission = PERMISSIONS[transaction];
  return [...roles, ...ofCompanies];
}

/** Whether a person of that role may step in for another of its member in an item's custody. */
export function mayTakeOver(role: string): boolean {
  return (listRoles('custody:takeOver') as readonly string[]).includes(role);
}

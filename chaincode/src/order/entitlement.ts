/** Whose step it is: which side of the order the caller's member stands on, and which roles act for it. */
import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import { stands } from './gate.ts';
import type { OrderProfile } from './profile.ts';
import type { OrderHeadRecord, OrderRecord, OrderStep } from './record.ts';
import { STEPS } from './transition.ts';
import { type OrderEvent, PARTIES, type Party } from './vocabulary.ts';

export const membersOf = (order: OrderRecord): Readonly<Record<Party, string | undefined>> => ({
  ISSUER: order.act.member,
  ADDRESSEE: order.addressee,
  ENFORCING: order.enforcing,
});

export const isParty = (order: OrderRecord, member: string): boolean =>
  Object.values(membersOf(order)).includes(member);

/** The side on which the caller takes the step; a member stands on one. @throws ContractError `NOT_A_PARTY`. */
export function findParty(order: OrderRecord, event: OrderEvent, { member }: Act): Party {
  const members = membersOf(order);
  const may = event === 'OVERDUE' || event === 'ISSUED' ? PARTIES : STEPS[event].by;
  const found = may.find((party) => members[party] === member);
  assertRule(found !== undefined, 'NOT_A_PARTY', `${event} is for ${may}`);
  return found;
}

/** What a service may tell of itself, without a person. */
const BY_SYSTEM: readonly OrderStep['verb'][] = ['serve', 'receive', 'takeNotice', 'markOverdue'];

export interface Entitling {
  readonly order: OrderRecord;
  readonly profile: OrderProfile;
  readonly by: Party;
}

/** @throws ContractError `NOT_ALLOWED`, `SELF_REVIEW`, `GATE_UNKNOWN`. */
export function assertEntitled(
  step: OrderStep,
  { head, ...entitling }: Entitling & { readonly head: OrderHeadRecord },
  act: Act,
): void {
  if (act.role === 'system' && BY_SYSTEM.includes(step.verb)) return;
  const { order, by } = entitling;
  const roles = rolesFor(step, entitling);
  assertRule(roles.includes(act.role), 'NOT_ALLOWED', `${act.role} of the ${by} in ${step.verb}`);
  const isReview = step.verb === 'validate' || step.verb === 'clear' || isUpholding(step);
  if (by !== 'ISSUER' || !isReview) return;
  assertRule(act.person !== order.act.person, 'SELF_REVIEW', 'the same person issued it');
  const isOwn = step.verb === 'clear' && act.person === head.replacedBy;
  assertRule(!isOwn, 'SELF_REVIEW', 'the same person replaced its contents');
}

/** The roles of that side that may take it; whether a person reviews itself is not told by its role. */
export const listEntitled = (step: OrderStep, entitling: Entitling): readonly string[] => [
  ...new Set([...rolesFor(step, entitling), ...(BY_SYSTEM.includes(step.verb) ? ['system'] : [])]),
];

function rolesFor(step: OrderStep, { order, profile, by }: Entitling): readonly string[] {
  if (step.verb === 'clear') {
    const { gate: name } = step;
    const gate = profile.gates.find((each) => each.id === name && each.by === by);
    const isThere = gate !== undefined && stands(gate, order);
    assertRule(isThere, 'GATE_UNKNOWN', `${name} is no gate of the ${by}`);
    return gate.roles;
  }
  if (by === 'ADDRESSEE') return profile.addressee.roles;
  if (by === 'ENFORCING') return profile.enforcing?.roles ?? [];
  if (isUpholding(step)) return profile.conflict?.roles ?? [];
  const rows = profile.issuing.filter(({ categories }) =>
    order.categories.every((each) => categories.includes(each)),
  );
  if (step.verb === 'validate')
    return rows
      .filter(({ roles }) => (roles as readonly string[]).includes(order.act.role))
      .flatMap(({ validators }) => validators);
  if (isOrderedAnew(step))
    return rows.flatMap(({ roles, validators }) => (validators.length > 0 ? validators : roles));
  return rows.flatMap(({ roles, validators }) => [...roles, ...validators]);
}

/** Whoever issued it does not itself uphold it against the law of a third state (ORD-26). */
const isUpholding = (step: OrderStep): boolean =>
  step.verb === 'decideConflict' && step.outcome === 'UPHELD';

/** What asks for more than was issued or validated: whoever needs a validation does not do it alone. */
const isOrderedAnew = (step: OrderStep): boolean =>
  step.verb === 'extend' ||
  step.verb === 'confirmProduction' ||
  step.verb === 'forfeit' ||
  (step.verb === 'clarify' && step.contents !== undefined);

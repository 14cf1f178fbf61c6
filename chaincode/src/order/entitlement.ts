/** Whose step it is: which side of the order the caller's member stands on, and which roles act for it. */
import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { OrderProfile } from './profile.ts';
import type { OrderRecord, OrderStep } from './record.ts';
import { STEPS } from './transition.ts';
import { type OrderEvent, PARTIES, type Party } from './vocabulary.ts';

const membersOf = (order: OrderRecord): Readonly<Record<Party, string | undefined>> => ({
  ISSUER: order.act.member,
  ADDRESSEE: order.addressee,
  ENFORCING: order.enforcing,
});

/**
 * The side on which the caller takes the step. A member may stand on two: an authority that is asked for
 * assistance also enforces.
 * @throws ContractError `NOT_A_PARTY`.
 */
export function findParty(order: OrderRecord, event: OrderEvent, { member }: Act): Party {
  const members = membersOf(order);
  const may = event === 'OVERDUE' || event === 'ISSUED' ? PARTIES : STEPS[event].by;
  const found = may.find((party) => members[party] === member);
  assertRule(found !== undefined, 'NOT_A_PARTY', `${event} is for ${may}`);
  return found;
}

/** What a service may tell of itself, without a person. */
const BY_SYSTEM: readonly OrderStep['verb'][] = ['serve', 'receive', 'takeNotice', 'markOverdue'];

interface Entitling {
  readonly order: OrderRecord;
  readonly profile: OrderProfile;
  readonly by: Party;
}

/** @throws ContractError `NOT_ALLOWED`, `SELF_REVIEW`, `GATE_UNKNOWN`. */
export function assertEntitled(step: OrderStep, { order, profile, by }: Entitling, act: Act): void {
  if (act.role === 'system' && BY_SYSTEM.includes(step.verb)) return;
  const roles = rolesFor(step, order, profile, by);
  assertRule(roles.includes(act.role), 'NOT_ALLOWED', `${act.role} of the ${by} in ${step.verb}`);
  const isSelf = act.member === order.act.member && act.person === order.act.person;
  assertRule(step.verb !== 'validate' || !isSelf, 'SELF_REVIEW', 'the same person issued it');
}

function rolesFor(
  step: OrderStep,
  order: OrderRecord,
  profile: OrderProfile,
  by: Party,
): readonly string[] {
  if (step.verb === 'clear') {
    const { gate: name } = step;
    const gate = profile.gates.find((each) => each.id === name && each.by === by);
    assertRule(gate !== undefined, 'GATE_UNKNOWN', `${name} is no gate of the ${by}`);
    return gate.roles;
  }
  if (by === 'ADDRESSEE') return profile.addressee.roles;
  if (by === 'ENFORCING') return profile.enforcing?.roles ?? [];
  const rows = profile.issuing.filter(({ categories, roles }) =>
    step.verb === 'validate'
      ? (roles as readonly string[]).includes(order.act.role) &&
        order.categories.every((each) => categories.includes(each))
      : true,
  );
  return rows.flatMap(({ roles, validators }) =>
    step.verb === 'validate' ? validators : [...roles, ...validators],
  );
}

/** On record before it takes effect: who changed what a gateway keeps for its member, and why. */
import type { GatewayDeps, Principal } from '../http/deps.ts';
import { pseudonymOf } from '../http/pseudonym.ts';

export interface Change {
  /** Operation ID of the route. */
  readonly operation: string;
  readonly objects: readonly string[];
  readonly purpose: string | undefined;
}

export async function recordChange(
  journal: GatewayDeps['journal'],
  principal: Principal,
  { operation, objects, purpose }: Change,
): Promise<void> {
  await journal.record({
    kind: 'READ',
    member: principal.member,
    who: pseudonymOf(principal),
    role: principal.role,
    operation,
    objects: [...objects],
    ...(purpose !== undefined && { purpose }),
  });
}

/** On record before it takes effect: who ended, or took over, what of which watch. */
import type { GatewayDeps, Principal } from '../http/deps.ts';
import { pseudonymOf } from '../http/pseudonym.ts';

export interface Ending {
  readonly operation: 'removeWatch' | 'dropAddresses' | 'takeOverWatch' | 'endWatch';
  readonly id: string;
  /** Pseudonym of whose it was, where that is another. */
  readonly owner?: string;
  readonly purpose: string | undefined;
}

export async function recordEnding(
  journal: GatewayDeps['journal'],
  principal: Principal,
  { operation, id, owner, purpose }: Ending,
): Promise<void> {
  await journal.record({
    kind: 'READ',
    member: principal.member,
    who: pseudonymOf(principal),
    role: principal.role,
    operation,
    objects: [`watch/${id}`, ...(owner === undefined ? [] : [`person/${owner}`])],
    ...(purpose !== undefined && { purpose }),
  });
}

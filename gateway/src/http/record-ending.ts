/** On record before it takes effect: who ended, or took over, what of which watch or endpoint. */
import type { GatewayDeps, Principal } from './deps.ts';
import { pseudonymOf } from './pseudonym.ts';

export interface Ending {
  readonly operation: 'removeWatch' | 'dropAddresses' | 'takeOverWatch' | 'endWatch' | 'endWebhook';
  /** As the journal names it. */
  readonly object: `watch/${string}` | `webhook/${string}`;
  /** Pseudonym of whose it was, where that is another. */
  readonly owner?: string;
  readonly purpose: string | undefined;
}

export async function recordEnding(
  journal: GatewayDeps['journal'],
  principal: Principal,
  { operation, object, owner, purpose }: Ending,
): Promise<void> {
  await journal.record({
    kind: 'READ',
    member: principal.member,
    who: pseudonymOf(principal),
    role: principal.role,
    operation,
    objects: [object, ...(owner === undefined ? [] : [`person/${owner}`])],
    ...(purpose !== undefined && { purpose }),
  });
}

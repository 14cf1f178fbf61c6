/** On record before it takes effect: who ended, or took over, what of which watch. */
import type { GatewayDeps, Principal } from '../http/deps.ts';
import { recordChange } from '../journal/record-change.ts';

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
  const objects = [`watch/${id}`, ...(owner === undefined ? [] : [`person/${owner}`])];
  await recordChange(journal, principal, { operation, objects, purpose });
}

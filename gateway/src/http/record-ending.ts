/** On record before it takes effect: who ended, or took over, what of which watch or endpoint. */
import { recordChange } from '../journal/record-change.ts';
import type { GatewayDeps, Principal } from './deps.ts';

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
  const objects = [object, ...(owner === undefined ? [] : [`person/${owner}`])];
  await recordChange(journal, principal, { operation, objects, purpose });
}

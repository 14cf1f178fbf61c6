import type { GatewayDeps, Principal } from '../http/deps.ts';
import { Problem } from '../http/problem.ts';

/** Receipts of a member are sealed by its own service key. @throws Problem `KEY_NOT_HELD`. */
export function assertSealed(
  { serviceSigners }: Pick<GatewayDeps, 'serviceSigners'>,
  { member }: Pick<Principal, 'member'>,
): void {
  if (serviceSigners.has(member)) return;
  throw new Problem('KEY_NOT_HELD', 'this gateway signs no receipts for the caller’s member');
}

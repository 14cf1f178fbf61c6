/** What people say of a step, as the ledger takes it: times as numbers, and a receipt is now unless it is said. */
import type { StepVerb } from '@tabellion/chaincode/order/record';
import { parseTime } from '../document.ts';

const toTime = (value: unknown): unknown => (typeof value === 'string' ? parseTime(value) : value);

export function readSays(verb: StepVerb, given: object, now: number): object {
  const says: Record<string, unknown> = { ...given };
  if (verb === 'receive' || verb === 'takeNotice')
    return { ...says, receivedAt: toTime(says.receivedAt ?? now) };
  const { deadline } = says;
  if (verb !== 'maintain' || typeof deadline !== 'object' || deadline === null) return says;
  return {
    ...says,
    deadline: { ...deadline, ...('due' in deadline && { due: toTime(deadline.due) }) },
  };
}

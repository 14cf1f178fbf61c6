/** Clocks that are marked overdue and before whom the order comes by that, as its profile has it. */
import { isEnded } from '@tabellion/chaincode/order/transition';
import type { Party } from '@tabellion/chaincode/order/vocabulary';
import type { Standing } from './awaited.ts';

export interface Escalated {
  readonly clock: string;
  readonly sides: readonly Party[];
  readonly roles: readonly string[];
}

export function listEscalated({ head, profile }: Omit<Standing, 'order'>): Escalated[] {
  if (isEnded(head.status)) return [];
  return profile.clocks.flatMap(({ id, obliges, escalates: roles }) =>
    roles !== undefined && head.overdue.includes(id)
      ? [{ clock: id, sides: [obliges, 'ISSUER'], roles }]
      : [],
  );
}

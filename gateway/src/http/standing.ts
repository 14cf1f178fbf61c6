/** Whether a caller's member takes part at present, by the register as far as it is projected. */
import { FOUNDING_KEY, memberKey } from '@tabellion/chaincode/member/key';
import type { MemberRecord } from '@tabellion/chaincode/member/record';
import { createRecords } from '../projection/records.ts';
import type { GatewayDeps, Principal } from './deps.ts';
import { Problem } from './problem.ts';

export type Standing = ReturnType<typeof createStanding>;

/**
 * The contracts refuse the acts of a suspended member, but a read of the projection never reaches them:
 * the gateway keeps the same rule for all that its people ask for.
 */
export function createStanding({ projection }: Pick<GatewayDeps, 'projection'>) {
  const records = createRecords(projection.database);
  /** Asked with every request, and changed by a block only. */
  const active = new Set<string>();
  let height = 0;
  return {
    /** @throws Problem `UNKNOWN_MEMBER` (not admitted), `MEMBER_SUSPENDED`, `NOT_READY`. */
    assertActive({ member }: Pick<Principal, 'member'>): void {
      if (projection.height !== height) active.clear();
      height = projection.height;
      if (active.has(member)) return;
      const status = records.find<MemberRecord>(memberKey(member))?.record.status;
      if (status === 'ACTIVE') return void active.add(member);
      if (status !== undefined) throw new Problem('MEMBER_SUSPENDED');
      // A projection that has not come as far as the founding says nothing about anybody.
      throw new Problem(records.find(FOUNDING_KEY) ? 'UNKNOWN_MEMBER' : 'NOT_READY');
    },
  };
}

/** Integer thresholds of the consortium (O-6). */
import { assertRule } from '../kernel/errors.ts';
import type { MemberKind } from './record.ts';

/** Least endorsement count among n members: max(2, f + 1) with f = ⌊(n − 1) / 3⌋ (CNS-2). */
export function leastEndorsements(members: number): number {
  const others = members - 1;
  return Math.max(2, (others - (others % 3)) / 3 + 1);
}

/**
 * The active members can endorse at all, no f of them that err can endorse alone, and one is a state.
 * @throws ContractError `TOO_FEW_MEMBERS`, `THRESHOLD_TOO_LOW`, `NO_STATE_LEFT`.
 */
export function assertEndorsable(active: readonly { kind: MemberKind }[], threshold: number): void {
  const count = active.length;
  assertRule(
    active.some(({ kind }) => kind === 'STATE'),
    'NO_STATE_LEFT',
    'at least one active member must be a state',
  );
  assertRule(threshold <= count, 'TOO_FEW_MEMBERS', `${count} active, ${threshold} must endorse`);
  const least = leastEndorsements(count);
  assertRule(threshold >= least, 'THRESHOLD_TOO_LOW', `${count} active members need ${least}`);
}

export type Tally = 'OPEN' | 'CARRIED' | 'REJECTED';

/** Basis points of the active members: carried at the threshold, rejected once out of reach. */
export function tallyVotes(yes: number, no: number, active: number, thresholdBps: number): Tally {
  const needed = thresholdBps * active;
  if (yes * 10_000 >= needed) return 'CARRIED';
  return (active - no) * 10_000 < needed ? 'REJECTED' : 'OPEN';
}

/**
 * What bounds the chain of an item, so that it can be proved whole whatever anybody does: a custody proof
 * has at most 10,000 steps and 32 MiB (`proof`, `custodyBundle`), and `bounds.test.ts` adds up the worst.
 */
import { assertRule } from '../kernel/errors.ts';
import type { ItemHeadRecord, StepKind } from './record.ts';
import { isApart } from './transition.ts';

/**
 * Holds, corrections and confirmations of one member on one item, each kind counted by itself, over the
 * item's whole life. No member's number touches another's; a hold can always be lifted.
 */
export const MAX_APART = 16;
/** What the holders' own steps may fill before only {@link CLOSING} and {@link PASSING_ON} are taken. */
export const MAX_WAY = { steps: 6000, bytes: 12 << 20 } as const;
/** Room beyond that for who passes a full item on, or steps in for a holder who is gone. */
export const RESERVE = { steps: 256, bytes: 1 << 20 } as const;

const COUNTED = {
  HOLD: 'holds',
  CORRECT: 'corrections',
  CONFIRM: 'confirmations',
} as const satisfies Partial<Record<StepKind, string>>;
type Tally = ItemHeadRecord['apart'][number];

/** They end an offer or the item's way, so that two of them at most come last. */
const CLOSING: readonly StepKind[] = ['ACCEPT', 'REFUSE', 'WITHDRAW', 'RETURN', 'DISPOSE'];
const PASSING_ON: readonly StepKind[] = ['OFFER', 'TAKE_OVER'];

/** @throws ContractError `STEPS_USED_UP` (of the member), `CHAIN_FULL` (of the holders). */
export function assertRoom(kind: StepKind, { way, apart }: ItemHeadRecord, member: string): void {
  const name = nameCounted(kind);
  if (name !== undefined) {
    const taken = apart.find((tally) => tally.member === member)?.[name] ?? 0;
    assertRule(taken < MAX_APART, 'STEPS_USED_UP', `at most ${MAX_APART} ${name} of a member`);
  }
  if (isApart(kind) || CLOSING.includes(kind)) return;
  const extra = PASSING_ON.includes(kind) ? RESERVE : { steps: 0, bytes: 0 };
  const fits = way.steps < MAX_WAY.steps + extra.steps && way.bytes < MAX_WAY.bytes + extra.bytes;
  assertRule(fits, 'CHAIN_FULL', 'return it, dispose of it, or go on with a derived item');
}

/** The counters after a step. @param bytes of its record. */
export function countStep(
  kind: StepKind,
  { way, apart }: ItemHeadRecord,
  member: string,
  bytes: number,
): Pick<ItemHeadRecord, 'way' | 'apart'> {
  if (!isApart(kind)) {
    return { way: { steps: way.steps + 1, bytes: way.bytes + bytes }, apart };
  }
  const name = nameCounted(kind);
  if (name === undefined) return { way, apart };
  const none: Tally = { member, holds: 0, corrections: 0, confirmations: 0 };
  const before = apart.find((tally) => tally.member === member) ?? none;
  const others = apart.filter((tally) => tally.member !== member);
  return { way, apart: [...others, { ...before, [name]: before[name] + 1 }] };
}

const nameCounted = (kind: StepKind): Exclude<keyof Tally, 'member'> | undefined =>
  Object.hasOwn(COUNTED, kind) ? COUNTED[kind as keyof typeof COUNTED] : undefined;

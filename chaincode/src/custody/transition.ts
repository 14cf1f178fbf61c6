/** From which state each step may be taken, and to which it leads (EVD-22). */
import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { CustodyStatus, ItemHeadRecord, StepKind } from './record.ts';
import type { Step } from './step.ts';

interface Condition {
  readonly from: readonly CustodyStatus[];
  /** Whether the item must or must not be under seal; it may be either where nothing is said. */
  readonly sealed?: boolean;
  /** Refused while a legal hold is in force. */
  readonly free?: true;
}
const held: Condition = { from: ['HELD'] };
const offered: Condition = { from: ['OFFERED'] };
const present: Condition = { from: ['HELD', 'OFFERED'] };

const CONDITIONS: Readonly<Record<StepKind | 'DERIVE', Condition>> = {
  OFFER: held,
  ACCEPT: offered,
  REFUSE: offered,
  WITHDRAW: offered,
  TAKE_OVER: held,
  EXAMINE: { ...held, sealed: false },
  SEAL: { ...held, sealed: false },
  UNSEAL: { ...held, sealed: true },
  MOVE: held,
  RETURN: { ...held, free: true },
  HOLD: present,
  LIFT: present,
  DISPOSE: { ...held, free: true },
  CORRECT: { from: ['HELD', 'OFFERED', 'RETURNED', 'DISPOSED'] },
  CONFIRM: present,
  DERIVE: { ...held, sealed: false },
};

/**
 * Taken by others than whoever has the item, at times of their own: they do not move the clock of its
 * way, or one of them could keep the holder from recording what really happened.
 */
const APART: readonly StepKind[] = ['HOLD', 'LIFT', 'CORRECT', 'CONFIRM'];
export const isApart = (kind: StepKind): boolean => APART.includes(kind);

/** @throws ContractError `STEP_OUT_OF_ORDER`, `ITEM_SEALED`, `ITEM_NOT_SEALED`, `ITEM_ON_HOLD`. */
export function assertPossible(kind: StepKind | 'DERIVE', head: ItemHeadRecord): void {
  const { from, sealed, free } = CONDITIONS[kind];
  assertRule(from.includes(head.status), 'STEP_OUT_OF_ORDER', `${kind} of what is ${head.status}`);
  const isSealed = head.seals.length > 0;
  assertRule(sealed !== false || !isSealed, 'ITEM_SEALED', 'unseal it first');
  assertRule(sealed !== true || isSealed, 'ITEM_NOT_SEALED', 'there is no seal on it');
  assertRule(!free || head.holds.length === 0, 'ITEM_ON_HOLD', `${head.holds.length} holds`);
}

/** What a step changes of the head besides the chain itself. */
export function applyStep(
  step: Step,
  { holds }: ItemHeadRecord,
  { member, person, txId }: Act,
): Partial<ItemHeadRecord> {
  switch (step.kind) {
    case 'OFFER':
      return { status: 'OFFERED', offer: { to: step.to, happenedAt: step.happenedAt } };
    case 'ACCEPT':
      return { status: 'HELD', offer: null, holder: { member, person } };
    case 'REFUSE':
    case 'WITHDRAW':
      return { status: 'HELD', offer: null };
    case 'TAKE_OVER':
      return { holder: { member, person } };
    case 'SEAL':
      return { seals: step.seals };
    case 'UNSEAL':
      return { seals: [] };
    case 'RETURN':
      return { status: 'RETURNED' };
    case 'DISPOSE':
      return { status: 'DISPOSED' };
    case 'HOLD':
      return { holds: [...holds, { hold: txId, member }] };
    case 'LIFT':
      return { holds: holds.filter(({ hold }) => hold !== step.hold) };
    case 'CONFIRM':
      return { mirror: step.position };
    // Found seals change nothing: only sealing and unsealing say what is on an item.
    case 'EXAMINE':
    case 'MOVE':
    case 'CORRECT':
      return {};
  }
}

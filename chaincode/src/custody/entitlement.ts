/** Who may take which step of an item; the roles as such are in `member/permission.ts`. */
import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import { mayTakeOver } from '../member/permission.ts';
import type { Holder, ItemHeadRecord, ItemRecord } from './record.ts';
import type { Step } from './step.ts';

export interface EntitlementContext {
  readonly item: ItemRecord;
  readonly head: ItemHeadRecord;
  /** Member that wrote the record which a correction names. */
  readonly corrected?: { readonly member: string } | undefined;
}

/**
 * @throws ContractError `NOT_THE_HOLDER`, `ALREADY_HOLDER`, `NOT_THE_RECEIVER`, `NOT_THE_AUTHOR`,
 * `HOLD_UNKNOWN`, `NOT_A_RECORD_OF_ITEM`, `NOT_A_MIRROR`, `NOT_THE_ORIGINALS_STATE`.
 */
export function assertEntitled(
  step: Step,
  { item, head, corrected }: EntitlementContext,
  act: Act,
): void {
  const { holder, offer } = head;
  switch (step.kind) {
    case 'ACCEPT':
    case 'REFUSE': {
      const { member, person } = offer?.to ?? {};
      const isReceiver = member === act.member && (person === undefined || person === act.person);
      assertRule(isReceiver, 'NOT_THE_RECEIVER', 'it is offered to another member or person');
      assertRule(!isHolder(holder, act), 'ALREADY_HOLDER', 'the giver cannot take its own offer');
      return;
    }
    case 'TAKE_OVER':
      assertHoldersMember(holder, act);
      assertRule(!isHolder(holder, act), 'ALREADY_HOLDER', 'the caller holds it');
      return;
    case 'EXAMINE':
      assertHoldersMember(holder, act);
      return;
    case 'WITHDRAW':
      // Else an item whose giver has left could hang between two members for ever.
      if (mayTakeOver(act.role)) assertHoldersMember(holder, act);
      else assertHolder(holder, act);
      return;
    case 'HOLD':
      return;
    case 'LIFT': {
      const hold = head.holds.find((entry) => entry.hold === step.hold);
      assertRule(hold !== undefined, 'HOLD_UNKNOWN', 'no such hold is in force');
      assertRule(hold.member === act.member, 'NOT_THE_AUTHOR', 'another member placed the hold');
      return;
    }
    case 'CORRECT':
      assertRule(corrected !== undefined, 'NOT_A_RECORD_OF_ITEM', 'corrects');
      assertRule(corrected.member === act.member, 'NOT_THE_AUTHOR', 'another member wrote it');
      return;
    case 'CONFIRM': {
      const { mirrorOf } = item;
      assertRule(mirrorOf !== undefined, 'NOT_A_MIRROR', 'it copies nothing of another state');
      const isOriginals = mirrorOf.jurisdiction === act.jurisdiction;
      assertRule(
        isOriginals,
        'NOT_THE_ORIGINALS_STATE',
        `${mirrorOf.jurisdiction} has the original`,
      );
      return;
    }
    default:
      assertHolder(holder, act);
  }
}

export function isHolder({ member, person }: Holder, act: Act): boolean {
  return member === act.member && person === act.person;
}

/** @throws ContractError `NOT_THE_HOLDER`. */
export function assertHoldersMember({ member }: Holder, act: Act): void {
  assertRule(member === act.member, 'NOT_THE_HOLDER', 'another member holds it');
}

function assertHolder(holder: Holder, act: Act): void {
  assertHoldersMember(holder, act);
  assertRule(isHolder(holder, act), 'NOT_THE_HOLDER', 'another person of the member holds it');
}

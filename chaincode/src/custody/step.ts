import { canonicalBytes, sha256, toHex } from '@tabellion/proof';
import { assertNotFuture } from '../evidence/time.ts';
import { assertDistinct, assertRule } from '../kernel/errors.ts';
import type { Decision } from '../kernel/transaction.ts';
import type { Caller } from '../member/caller.ts';
import type { MemberRecord } from '../member/record.ts';
import { assertRoom, countStep } from './bounds.ts';
import { assertEntitled, isHolder } from './entitlement.ts';
import { type Background, listStepFlags } from './flags.ts';
import { custodyKey, itemHeadKey } from './key.ts';
import {
  type CustodyRecord,
  type ItemHeadRecord,
  type ItemRecord,
  MAX_HOLDS,
  type StepKind,
} from './record.ts';
import { applyStep, assertPossible, isApart } from './transition.ts';

/** What a client asks for: the record without what is computed. */
export type Step = {
  [Kind in StepKind]: Omit<
    Extract<CustodyRecord, { kind: Kind }>,
    'type' | 'v' | 'case' | 'legalBases' | 'flags' | 'timeWindowSeconds' | 'act'
  >;
}[StepKind];

export interface StepContext {
  readonly item: ItemRecord;
  readonly head: ItemHeadRecord;
  readonly parameters: { readonly custodyGapSeconds: number; readonly timeWindowSeconds: number };
  /** Of an offer: the receiving member, if there is one of that name. */
  readonly receiver?: Pick<MemberRecord, 'status' | 'kind'> | undefined;
  /** Of a step that looks at the content. */
  readonly mirror?: ItemHeadRecord['mirror'] | undefined;
  /** Of an acceptance. */
  readonly background?: Background | undefined;
  /** Of a correction: the member that wrote the named record, if it is one of this item. */
  readonly corrected?: { readonly member: string } | undefined;
}

/** Their taking binds the member: its own peer must have endorsed it. */
const BINDING: readonly StepKind[] = ['ACCEPT', 'REFUSE', 'CONFIRM'];

/**
 * One more step of an item's custody: refused unless it follows on the last one, is taken by whom it is
 * for, and leads from where the item is (EVD-2, EVD-22).
 * @throws ContractError `CHAIN_CONFLICT`, `TIME_ORDER`, `TIME_IN_FUTURE`, and those of
 * {@link assertPossible}, {@link assertEntitled}, {@link assertRoom} and {@link assertFits}.
 */
export function takeStep(step: Step, context: StepContext, { act, member }: Caller): Decision {
  const { item, head, parameters } = context;
  const { custodyGapSeconds, timeWindowSeconds } = parameters;
  assertRule(
    step.sequence === head.sequence + 1 && step.previous === head.last,
    'CHAIN_CONFLICT',
    `the item stands at ${head.sequence}`,
  );
  assertPossible(step.kind, head);
  assertEntitled(step, context, act);
  assertRoom(step.kind, head, act.member);
  assertFits(step, context, { act, member });
  const apart = isApart(step.kind);
  const earliest = apart ? item.happenedAt : head.happenedAt;
  assertRule(earliest <= step.happenedAt, 'TIME_ORDER', 'happenedAt lies before the last');
  assertNotFuture(step.happenedAt, act.at, timeWindowSeconds, 'happenedAt');

  const record = {
    type: 'tabellion.custody',
    v: 1,
    ...step,
    case: item.case,
    legalBases: item.legalBases,
    flags: listStepFlags(step, { ...context, custodyGapSeconds }, act, member.profile),
    timeWindowSeconds,
    act,
  } as CustodyRecord;
  const bytes = canonicalBytes(record);
  const digest = toHex(sha256(bytes));
  const next: ItemHeadRecord = {
    ...head,
    ...applyStep(step, head, act),
    ...countStep(step.kind, head, act.member, bytes.length),
    sequence: step.sequence,
    last: digest,
    happenedAt: apart ? head.happenedAt : step.happenedAt,
  };
  return {
    key: custodyKey(digest),
    record,
    also: [{ key: itemHeadKey(step.item), record: next }],
    ...(BINDING.includes(step.kind) && { markers: [{ mspId: act.member, record }] }),
  };
}

/**
 * What a step says must go together with what is known.
 * @throws ContractError `RECEIVER_CANNOT_HOLD`, `ALREADY_HOLDER`, `DUPLICATE_ENTRY`, `NOT_AN_EXHIBIT`,
 * `TOO_MANY_HOLDS`, `MIRROR_DIGEST_DIFFERS`, `MIRROR_GROUND_MISMATCH`.
 */
function assertFits(step: Step, { item, head, receiver }: StepContext, { act }: Caller): void {
  if ('seals' in step) assertDistinct(step.seals);
  if ('foundSeals' in step) assertDistinct(step.foundSeals.map(({ seal }) => seal));
  switch (step.kind) {
    case 'OFFER': {
      const { member, person } = step.to;
      const isSelf = person !== undefined && isHolder({ member, person }, act);
      assertRule(!isSelf, 'ALREADY_HOLDER', 'it is offered to its holder');
      const canHold = receiver?.status === 'ACTIVE' && receiver.kind !== 'AUDITOR';
      assertRule(canHold, 'RECEIVER_CANNOT_HOLD', 'to.member');
      return;
    }
    case 'MOVE':
      assertRule(item.origin.kind !== 'ANCHORED', 'NOT_AN_EXHIBIT', 'anchored data have no place');
      return;
    case 'HOLD':
      // Counted member by member, so that none can use up what another one may need.
      assertRule(
        head.holds.filter(({ member }) => member === act.member).length < MAX_HOLDS,
        'TOO_MANY_HOLDS',
        `at most ${MAX_HOLDS} of a member`,
      );
      return;
    case 'CONFIRM':
      assertPosition(step, item.mirrorOf?.sha256);
      return;
  }
}

/**
 * A position on a mirror, its ground and the digest given must not contradict each other.
 * @throws ContractError `MIRROR_DIGEST_DIFFERS`, `MIRROR_GROUND_MISMATCH`.
 */
function assertPosition(
  { position, sha256, ground }: Step & { readonly kind: 'CONFIRM' },
  named: string | undefined,
): void {
  const agrees = sha256 === named;
  if (position === 'CONFIRMED') {
    assertRule(ground === undefined, 'MIRROR_GROUND_MISMATCH', 'a ground is for a denial');
    assertRule(agrees, 'MIRROR_DIGEST_DIFFERS', 'sha256 is not the one that the mirror names');
    return;
  }
  assertRule(ground !== undefined, 'MIRROR_GROUND_MISMATCH', 'a denial says on what ground');
  const isShown = ground !== 'CONTENT_DIFFERS' || (sha256 !== undefined && !agrees);
  assertRule(isShown, 'MIRROR_GROUND_MISMATCH', 'CONTENT_DIFFERS needs another sha256');
}

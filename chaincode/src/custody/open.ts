/** How an item comes to have custody records of its own: opened, registered or derived. */
import { fromHex, itemId } from '@tabellion/proof';
import { assertOwnMember } from '../evidence/ownership.ts';
import type { AcquisitionRecord, BatchRecord } from '../evidence/record.ts';
import { assertNotFuture } from '../evidence/time.ts';
import { digestRecord } from '../kernel/digest.ts';
import { assertDistinct, assertRule } from '../kernel/errors.ts';
import { assertUnderRoot } from '../kernel/inclusion.ts';
import type { Act } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import { assertHoldersMember } from './entitlement.ts';
import { listItemFlags } from './flags.ts';
import { itemHeadKey, itemKey } from './key.ts';
import type {
  DeriveInput,
  ItemHeadRecord,
  ItemRecord,
  OpenInput,
  RegisterInput,
} from './record.ts';
import { MAX_LINEAGE } from './record.ts';
import { assertPossible } from './transition.ts';

interface ItemContext {
  /** An item of that name is there. */
  readonly exists: boolean;
  readonly parameters: { readonly custodyGapSeconds: number; readonly timeWindowSeconds: number };
}

/**
 * `custody:open`: an item of an anchored batch, proved to stand in it.
 * @throws ContractError `NOT_OWN_MEMBER`, `BATCH_OF_OTHER_ACQUISITION`, `PATH_MISMATCH`,
 * `MIRROR_AT_HOME`, `MIRROR_OF_MIRROR` and those of {@link beginItem}.
 */
export function openItem(
  input: OpenInput,
  context: ItemContext & {
    readonly acquisition: AcquisitionRecord;
    readonly batch: BatchRecord;
    /** The item that `mirrorOf` names as the original, and what that was derived from. */
    readonly original: readonly ItemRecord[];
  },
  act: Act,
): Decision {
  const { acquisition, batch, original } = context;
  const { path, ...facts } = input;
  assertOwnMember(acquisition, act);
  const isOfAcquisition = batch.acquisition === input.origin.acquisition;
  assertRule(isOfAcquisition, 'BATCH_OF_OTHER_ACQUISITION', 'origin.batch');
  assertUnderRoot({ leaf: input.leaf, index: input.origin.index, path }, batch);
  const { mirrorOf } = input;
  if (mirrorOf !== undefined) {
    const isAbroad = mirrorOf.jurisdiction !== act.jurisdiction;
    assertRule(isAbroad, 'MIRROR_AT_HOME', 'mirrorOf.jurisdiction is the own one');
    const isCopied = original.some((source) => source.mirrorOf !== undefined);
    assertRule(!isCopied, 'MIRROR_OF_MIRROR', 'mirrorOf.original is a mirror itself');
    const isTheirs = original.every(({ act: { jurisdiction } }, at) => {
      return at > 0 || jurisdiction === mirrorOf.jurisdiction;
    });
    assertRule(isTheirs, 'NOT_THE_ORIGINALS_STATE', 'another state opened mirrorOf.original');
  }
  assertRule(batch.collectedAt <= input.happenedAt, 'TIME_ORDER', 'before it was collected');
  return beginItem(facts, acquisition, context, act);
}

/**
 * `custody:register`: a physical exhibit, seized in an acquisition.
 * @throws ContractError `NOT_OWN_MEMBER` and those of {@link beginItem}.
 */
export function registerExhibit(
  input: RegisterInput,
  context: ItemContext & { readonly acquisition: AcquisitionRecord },
  act: Act,
): Decision {
  const { acquisition } = context;
  assertOwnMember(acquisition, act);
  const { startedAt, endedAt } = acquisition;
  assertRule(startedAt <= input.happenedAt, 'TIME_ORDER', 'before the acquisition began');
  const isDuring = endedAt === undefined || input.happenedAt <= endedAt;
  assertRule(isDuring, 'TIME_ORDER', 'after the acquisition ended');
  return beginItem(input, acquisition, context, act);
}

/**
 * `custody:derive`: what was made from an item, which stays as it is (EVD-14).
 * @throws ContractError `NOT_THE_HOLDER`, `DERIVED_TOO_OFTEN`, those of {@link assertPossible} and of
 * {@link beginItem}.
 */
export function deriveItem(
  input: DeriveInput,
  context: ItemContext & {
    /** The source, and what that was derived from. */
    readonly lineage: readonly [ItemRecord, ...ItemRecord[]];
    readonly head: ItemHeadRecord;
  },
  act: Act,
): Decision {
  const { lineage, head } = context;
  assertHoldersMember(head.holder, act);
  assertPossible('DERIVE', head);
  assertRule(lineage.length < MAX_LINEAGE, 'DERIVED_TOO_OFTEN', `at most ${MAX_LINEAGE} times`);
  // Whoever held the source then answers for what was made of it.
  assertRule(head.happenedAt <= input.happenedAt, 'TIME_ORDER', 'before the last of its source');
  return beginItem(input, lineage[0], context, act);
}

/** @throws ContractError `BAD_INPUT`, `ALREADY_EXISTS`, `DUPLICATE_ENTRY`, `TIME_IN_FUTURE`. */
function beginItem(
  input: Omit<OpenInput, 'path'> | RegisterInput | DeriveInput,
  { case: name, legalBases }: Pick<ItemRecord, 'case' | 'legalBases'>,
  { exists, parameters }: ItemContext,
  act: Act,
): Decision {
  const { item, leaf, happenedAt, seals } = input;
  const isOwnName = item === itemId(act.member, fromHex(leaf));
  assertRule(isOwnName, 'BAD_INPUT', 'item: not the name that the member gives to this leaf');
  assertRule(!exists, 'ALREADY_EXISTS', 'the item has its custody');
  assertDistinct(seals);
  const { custodyGapSeconds, timeWindowSeconds } = parameters;
  assertNotFuture(happenedAt, act.at, timeWindowSeconds, 'happenedAt');
  const record: ItemRecord = {
    type: 'tabellion.custody-item',
    v: 1,
    ...input,
    case: name,
    legalBases,
    flags: listItemFlags(happenedAt, custodyGapSeconds, act),
    timeWindowSeconds,
    act,
  };
  const head: ItemHeadRecord = {
    type: 'tabellion.item-head',
    v: 1,
    item,
    sequence: 0,
    last: digestRecord(record),
    happenedAt,
    status: 'HELD',
    holder: { member: act.member, person: act.person },
    offer: null,
    seals,
    holds: [],
    way: { steps: 0, bytes: 0 },
    apart: [],
    mirror: record.mirrorOf === undefined ? null : 'UNCONFIRMED',
  };
  return { key: itemKey(item), record, also: [{ key: itemHeadKey(item), record: head }] };
}

/** What an auditor must see of a record although it is lawful: computed, never claimed (EVD-2). */
import { isStandardAdopted, judgeAuthorisation } from '../evidence/recipient.ts';
import type { AcquisitionRecord } from '../evidence/record.ts';
import type { Act } from '../kernel/schema.ts';
import type { Profile } from '../member/record.ts';
import type { ItemHeadRecord, ItemRecord, StepFlag } from './record.ts';
import type { Step } from './step.ts';

/** An item, and what it was derived from, nearest first. */
export type Lineage = readonly [ItemRecord, ...ItemRecord[]];

/** Where an item goes back to, for whoever is to use it. */
export interface Background {
  readonly acquisition: AcquisitionRecord;
  readonly lineage: Lineage;
}

export interface FlagContext {
  readonly item: ItemRecord;
  readonly head: ItemHeadRecord;
  readonly custodyGapSeconds: number;
  /** Of a step that looks at the content: how the mirror copy stands that it is or was made from. */
  readonly mirror?: ItemHeadRecord['mirror'] | undefined;
  /** Of an acceptance: what the receiver's own profile is held against. */
  readonly background?: Background | undefined;
}

export function listItemFlags(
  happenedAt: number,
  custodyGapSeconds: number,
  act: Act,
): ItemRecord['flags'] {
  return pick<ItemRecord['flags'][number]>({
    RECORDED_LATE: isLate(happenedAt, act.at, custodyGapSeconds),
    GATEWAY_HELD_KEY: act.keyCustody === 'gateway',
  });
}

export function listStepFlags(
  step: Step,
  { item, head, custodyGapSeconds, background, mirror }: FlagContext,
  act: Act,
  profile: Profile,
): StepFlag[] {
  const found = 'foundSeals' in step ? step.foundSeals : undefined;
  const checked = 'checked' in step ? step.checked : undefined;
  const authorisation = background && judgeAuthorisation(background.acquisition, profile);
  return pick<StepFlag>({
    RECORDED_LATE: isLate(step.happenedAt, act.at, custodyGapSeconds),
    TRANSIT_GAP:
      step.kind === 'ACCEPT' &&
      head.offer !== null &&
      isLate(head.offer.happenedAt, step.happenedAt, custodyGapSeconds),
    SEAL_BROKEN: found?.some(({ intact }) => !intact) === true,
    SEALS_DIFFER:
      found !== undefined &&
      !isSameSet(
        found.map(({ seal }) => seal),
        head.seals,
      ),
    CONTENT_DIFFERS: checked === 'DIFFERS',
    // A thing has no content that could be hashed.
    CONTENT_NOT_CHECKED: checked === 'NOT_CHECKED' && item.origin.kind !== 'EXHIBIT',
    AUTHORISATION_NOT_ACCEPTED: authorisation === 'NOT_ACCEPTED',
    AUTHORISATION_NOT_STATED: authorisation === 'NOT_STATED',
    STANDARD_NOT_ADOPTED:
      background !== undefined && !isStandardAdopted({ standard: standardOf(background) }, profile),
    // Where somebody takes the content for what it is said to be.
    MIRROR_UNCONFIRMED: mirror === 'UNCONFIRMED',
    MIRROR_DENIED: mirror === 'DENIED' || (step.kind === 'CONFIRM' && step.position === 'DENIED'),
    MIRROR_POSITION_CHANGED:
      step.kind === 'CONFIRM' && head.mirror !== 'UNCONFIRMED' && head.mirror !== step.position,
    GATEWAY_HELD_KEY: act.keyCustody === 'gateway',
  });
}

/** The standard that the item's present form follows: the last conversion's, else the collection's. */
export function standardOf({
  acquisition,
  lineage,
}: {
  readonly acquisition: Pick<AcquisitionRecord, 'standard'>;
  readonly lineage: readonly ItemRecord[];
}): AcquisitionRecord['standard'] {
  for (const { origin } of lineage) {
    if (origin.kind === 'DERIVED' && origin.as.form === 'CONVERSION') return origin.as.to;
  }
  return acquisition.standard;
}

/** At exactly the limit it is not late yet (O-2). */
const isLate = (from: number, to: number, seconds: number): boolean => to - from > seconds * 1000;

const isSameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((entry) => b.includes(entry));

const pick = <Flag extends string>(flags: Record<Flag, boolean>): Flag[] =>
  (Object.keys(flags) as Flag[]).filter((flag) => flags[flag]);

/** Whether a step still says what its person meant, after another step came between. Pure. */
import type { ItemHeadRecord, StepVerb } from '@tabellion/chaincode/custody/record';
import { canonicalText } from '@tabellion/proof';

type Aspect = Exclude<
  keyof ItemHeadRecord,
  'type' | 'v' | 'item' | 'sequence' | 'last' | 'happenedAt'
>;

/** Who has it, in which state: what nearly every step is about. */
const PLACE: readonly Aspect[] = ['status', 'holder', 'offer', 'seals'];
/** What a step rests on, where that is not the place. */
const RESTS_ON: Partial<Record<StepVerb, readonly Aspect[]>> = {
  return: [...PLACE, 'holds'],
  dispose: [...PLACE, 'holds'],
  hold: ['status'],
  lift: ['holds'],
  correct: [],
  confirm: ['status', 'mirror'],
};

export function isStillMeant(
  verb: StepVerb,
  before: ItemHeadRecord,
  after: ItemHeadRecord,
): boolean {
  return (RESTS_ON[verb] ?? PLACE).every(
    (aspect) => canonicalText(before[aspect]) === canonicalText(after[aspect]),
  );
}

/** For people: `HELD by SgAgencyMSP/p-…, at step 3`. */
export function describeStanding({ status, holder, offer, sequence }: ItemHeadRecord): string {
  const to = offer === null ? '' : `, offered to ${describeReceiver(offer.to)}`;
  return `${status} by ${describeReceiver(holder)}${to}, at step ${sequence}`;
}

export const describeReceiver = ({
  member,
  person,
}: {
  readonly member: string;
  readonly person?: string | undefined;
}): string => (person === undefined ? member : `${member}/${person}`);

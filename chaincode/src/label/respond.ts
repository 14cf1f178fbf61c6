/** What others say of a label without asking for an answer. */
import { assertNotFuture } from '../evidence/time.ts';
import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import { assertMayAct } from '../member/caller.ts';
import type { MemberKind } from '../member/record.ts';
import { corroborationKey, opinionPrefix, sightingPrefix } from './key.ts';
import type {
  CorroborateInput,
  CorroborationRecord,
  OpineInput,
  OpinionRecord,
  SightInput,
  SightingRecord,
} from './record.ts';
import { assertOthers, assertStanding, assertSubject, countNext, type Spoken } from './subject.ts';

/**
 * `label:corroborate`: once for each member; nobody corroborates itself (LBL-13).
 * @throws ContractError `OWN_LABEL`, `LABEL_WITHDRAWN`, `ALREADY_EXISTS` and those of
 * {@link assertSubject}.
 */
export function corroborateLabel(
  { path, ...input }: CorroborateInput,
  spoken: Spoken & { readonly exists: boolean },
  act: Act,
): Decision {
  assertSubject({ ...input, path }, spoken.batch);
  assertOthers(spoken, act);
  assertStanding(spoken);
  assertRule(!spoken.exists, 'ALREADY_EXISTS', 'the member has corroborated it');
  const record: CorroborationRecord = { type: 'tabellion.corroboration', v: 1, ...input, act };
  return { key: corroborationKey(input, act.member), record };
}

/** How many acts of that kind the caller's member has brought on the same subject. */
interface Counted extends Spoken {
  readonly before: number;
}

/**
 * `label:opine`.
 * @throws ContractError as {@link corroborateLabel}, with `LABEL_ACTS_USED_UP` for `ALREADY_EXISTS`.
 */
export function opineOnLabel({ path, ...input }: OpineInput, spoken: Counted, act: Act): Decision {
  assertSubject({ ...input, path }, spoken.batch);
  assertOthers(spoken, act);
  assertStanding(spoken);
  const { legalBasis } = spoken.batch;
  const record: OpinionRecord = { type: 'tabellion.opinion', v: 1, ...input, legalBasis, act };
  const number = countNext(spoken.before, 'opinions on a label or batch');
  return { key: opinionPrefix(input, act.member) + number, record };
}

/**
 * `label:sight`: the asserter, too, may meet the address again. Where the asserter says that it is out of use,
 * the label counts no longer: that is for those who may withdraw it, and for no time before it was said.
 * @throws ContractError `LABEL_WITHDRAWN`, `TIME_IN_FUTURE`, `NOT_ALLOWED`, `TIME_ORDER`,
 * `LABEL_ACTS_USED_UP` and those of {@link assertSubject}.
 */
export function sightLabel(
  { path, ...input }: SightInput,
  spoken: Counted & {
    readonly timeWindowSeconds: number;
    /** Of the caller's member. */
    readonly kind: MemberKind;
  },
  act: Act,
): Decision {
  const { batch, timeWindowSeconds } = spoken;
  assertSubject({ ...input, path }, batch);
  assertStanding(spoken);
  assertNotFuture(input.happenedAt, act.at, timeWindowSeconds, 'happenedAt');
  if (input.sighting === 'EXPIRED' && batch.act.member === act.member) {
    assertMayAct(act.role, spoken.kind, 'label:withdraw');
    const isAfter = input.happenedAt >= batch.act.at;
    assertRule(isAfter, 'TIME_ORDER', 'happenedAt: before it was asserted');
  }
  const { legalBasis } = batch;
  const record: SightingRecord = {
    type: 'tabellion.sighting',
    v: 1,
    ...input,
    legalBasis,
    timeWindowSeconds,
    act,
  };
  const number = countNext(spoken.before, 'sightings of a label or batch');
  return { key: sightingPrefix(input, act.member) + number, record };
}

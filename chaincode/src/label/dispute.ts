import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import { disputeAnswerKey, disputeHeadKey, disputeKey } from './key.ts';
import type {
  AnswerInput,
  DisputeAnswerRecord,
  DisputeHeadRecord,
  DisputeInput,
  DisputeRecord,
  WithdrawalRecord,
} from './record.ts';
import { assertOthers, assertStanding, assertSubject, countNext, type Spoken } from './subject.ts';

/**
 * `label:dispute`: for the member itself or for a labelled person. It withholds nothing: whoever screens
 * sees label and dispute side by side (LBL-13).
 * @throws ContractError `ALREADY_EXISTS`, `OWN_LABEL`, `LABEL_WITHDRAWN`, `LABEL_ACTS_USED_UP` and those
 * of {@link assertSubject}.
 */
export function disputeLabel(
  { path, ...input }: DisputeInput,
  spoken: Spoken & {
    readonly exists: boolean;
    /** What the caller's member has disputed of it; undefined before its first. */
    readonly head: DisputeHeadRecord | undefined;
    readonly parameters: {
      readonly timeWindowSeconds: number;
      readonly objectionAnswerSeconds: number;
    };
  },
  act: Act,
): Decision {
  const { batch, exists, head, parameters } = spoken;
  assertRule(!exists, 'ALREADY_EXISTS', 'there is a dispute of that id');
  const subject = assertSubject({ ...input, path }, batch);
  assertOthers(spoken, act);
  assertStanding(spoken);
  const next: DisputeHeadRecord = {
    type: 'tabellion.dispute-head',
    v: 1,
    ...subject,
    member: act.member,
    count: countNext(head?.count ?? 0, 'disputes of a label or batch'),
  };
  const record: DisputeRecord = {
    type: 'tabellion.dispute',
    v: 1,
    ...input,
    answerer: batch.act.member,
    answerBy: act.at + parameters.objectionAnswerSeconds * 1000,
    timeWindowSeconds: parameters.timeWindowSeconds,
    act,
  };
  return {
    key: disputeKey(input.id),
    record,
    also: [{ key: disputeHeadKey(subject, act.member), record: next }],
    markers: [{ mspId: act.member, record }],
  };
}

/**
 * `label:answer`: a late one is taken and says that it is late.
 * @throws ContractError `NOT_ANSWERER`, `WITHDRAWAL_MISSING`, `LABEL_ACTS_USED_UP`.
 */
export function answerDispute(
  input: AnswerInput,
  dispute: DisputeRecord,
  {
    withdrawal,
    before,
    timeWindowSeconds,
  }: {
    /** Of what is disputed, or of all its batch. */
    readonly withdrawal: WithdrawalRecord | undefined;
    /** How many answers the dispute has. */
    readonly before: number;
    readonly timeWindowSeconds: number;
  },
  act: Act,
): Decision {
  const { answerer, answerBy, batch, label, legalBasis } = dispute;
  assertRule(answerer === act.member, 'NOT_ANSWERER', `${answerer} must answer`);
  const isDone =
    input.position === 'CORRECTED'
      ? withdrawal?.replacedBy !== undefined
      : input.position === 'MAINTAINED' || withdrawal !== undefined;
  assertRule(isDone, 'WITHDRAWAL_MISSING', `${input.position}: withdraw the label first`);
  countNext(before, 'answers to a dispute');
  const record: DisputeAnswerRecord = {
    type: 'tabellion.dispute-answer',
    v: 1,
    ...input,
    batch,
    ...(label && { label }),
    legalBasis,
    overdue: act.at > answerBy,
    timeWindowSeconds,
    act,
  };
  const key = disputeAnswerKey(input.dispute, act.txId);
  return { key, record, markers: [{ mspId: act.member, record }] };
}

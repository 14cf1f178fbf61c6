import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import type { PresumptionRule } from '../member/record.ts';
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
 * sees label and dispute side by side (LBL-13, LBL-4).
 * @throws ContractError `ALREADY_EXISTS`, `BAD_INPUT`, `NOT_ALLOWED`, `OWN_LABEL`, `LABEL_WITHDRAWN`, `LABEL_ACTS_USED_UP` and those
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
    /** What `presumption` names. */
    readonly rule: PresumptionRule | undefined;
  },
  act: Act,
): Decision {
  const { batch, exists, head, parameters, rule } = spoken;
  assertRule(!exists, 'ALREADY_EXISTS', 'there is a dispute of that id');
  if (rule !== undefined) assertRebuttable(rule, input.onBehalfOf);
  const subject = assertSubject({ ...input, path }, batch);
  assertOthers(spoken, act);
  assertStanding(spoken);
  const before = head?.ids ?? [];
  countNext(before.length, 'disputes of a label or batch');
  const next: DisputeHeadRecord = {
    type: 'tabellion.dispute-head',
    v: 1,
    ...subject,
    member: act.member,
    ids: [...before, input.id],
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

/** Whether the category is one that the rule speaks of, only those see who hold the label (O-1). */
function assertRebuttable(rule: PresumptionRule, by: DisputeInput['onBehalfOf']): void {
  const isInForce = rule.adoptedBy.length > 0;
  assertRule(isInForce, 'BAD_INPUT', 'presumption: nobody has adopted the rule');
  assertRule(rule.rebuttedBy.includes(by), 'NOT_ALLOWED', `the rule lets no ${by} rebut`);
}

/**
 * `label:answer`: a late one is taken and says that it is late.
 * @throws ContractError `NOT_ANSWERER`, `BAD_INPUT`, `WITHDRAWAL_MISSING`, `LABEL_ACTS_USED_UP`.
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
  const { answerer, answerBy, batch, label, legalBasis, presumption } = dispute;
  assertRule(answerer === act.member, 'NOT_ANSWERER', `${answerer} must answer`);
  const isFit = input.position !== 'REBUTTED' || presumption !== undefined;
  assertRule(isFit, 'BAD_INPUT', 'position: the dispute rebuts no presumption');
  const isDone = DONE[input.position](withdrawal);
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

/** Whether the ledger bears out what the position says. */
const DONE: Readonly<
  Record<AnswerInput['position'], (withdrawal: WithdrawalRecord | undefined) => boolean>
> = {
  MAINTAINED: () => true,
  REBUTTED: () => true,
  CORRECTED: (withdrawal) => withdrawal?.replacedBy !== undefined,
  WITHDRAWN: (withdrawal) => withdrawal !== undefined,
};

import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import { objectionHeadKey, objectionKey } from './key.ts';
import {
  MAX_OPEN_OBJECTIONS,
  type ObjectInput,
  type ObjectionHeadRecord,
  type ObjectionRecord,
} from './record.ts';
import type { Reviewed } from './subject.ts';

export interface ObjectContext {
  readonly exists: boolean;
  readonly subject: Reviewed;
  /** What the caller's member has open against it, overdue or not; undefined before its first. */
  readonly head: ObjectionHeadRecord | undefined;
  readonly parameters: {
    readonly timeWindowSeconds: number;
    readonly objectionAnswerSeconds: number;
  };
}

/**
 * `review:object`: an objection by or for a person. The member that brought the subject onto the ledger
 * owes an answer: an acquisition's collector, an item's opener, for a derived item who derived it
 * (EVD-10).
 * @throws ContractError `ALREADY_EXISTS`, `TOO_MANY_OBJECTIONS`.
 */
export function raiseObjection(
  input: ObjectInput,
  { exists, subject, head, parameters }: ObjectContext,
  act: Act,
): Decision {
  assertRule(!exists, 'ALREADY_EXISTS', 'there is an objection of that id');
  const open = (head?.open ?? []).filter(({ answerBy }) => act.at <= answerBy);
  assertRule(
    open.length < MAX_OPEN_OBJECTIONS,
    'TOO_MANY_OBJECTIONS',
    `at most ${MAX_OPEN_OBJECTIONS} of a member wait for an answer on one subject`,
  );
  const answerBy = act.at + parameters.objectionAnswerSeconds * 1000;
  const next: ObjectionHeadRecord = {
    type: 'tabellion.objection-head',
    v: 1,
    subject: input.subject,
    member: act.member,
    open: [...open, { id: input.id, answerBy }],
  };
  const record: ObjectionRecord = {
    type: 'tabellion.objection',
    v: 1,
    ...input,
    case: subject.case,
    answerer: subject.act.member,
    answerBy,
    timeWindowSeconds: parameters.timeWindowSeconds,
    act,
  };
  return {
    key: objectionKey(input.id),
    record,
    also: [{ key: objectionHeadKey(input.subject.id, act.member), record: next }],
    markers: [{ mspId: act.member, record }],
  };
}

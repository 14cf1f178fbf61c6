import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import { objectionKey } from './key.ts';
import type { ObjectInput, ObjectionRecord } from './record.ts';
import type { Reviewed } from './subject.ts';

export interface ObjectContext {
  readonly exists: boolean;
  readonly subject: Reviewed;
  readonly parameters: {
    readonly timeWindowSeconds: number;
    readonly objectionAnswerSeconds: number;
  };
}

/**
 * `review:object`: an objection by or for a person. The member that brought the subject onto the ledger
 * owes an answer: an acquisition's collector, an item's opener, for a derived item who derived it
 * (EVD-10).
 * @throws ContractError `ALREADY_EXISTS`.
 */
export function raiseObjection(
  input: ObjectInput,
  { exists, subject, parameters }: ObjectContext,
  act: Act,
): Decision {
  assertRule(!exists, 'ALREADY_EXISTS', 'there is an objection of that id');
  const record: ObjectionRecord = {
    type: 'tabellion.objection',
    v: 1,
    ...input,
    case: subject.case,
    answerer: subject.act.member,
    answerBy: act.at + parameters.objectionAnswerSeconds * 1000,
    timeWindowSeconds: parameters.timeWindowSeconds,
    act,
  };
  return {
    key: objectionKey(input.id),
    record,
    markers: [{ mspId: act.member, record }],
  };
}

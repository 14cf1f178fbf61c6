import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import { replyKey } from './key.ts';
import type { ObjectionRecord, ReplyInput, ReplyRecord } from './record.ts';

/**
 * `review:reply`: the answer that an objection is owed. A late one is taken and says that it is late; a
 * further one stands beside the first.
 * @throws ContractError `NOT_ANSWERER`.
 */
export function replyToObjection(
  input: ReplyInput,
  objection: ObjectionRecord,
  timeWindowSeconds: number,
  act: Act,
): Decision {
  assertRule(
    objection.answerer === act.member,
    'NOT_ANSWERER',
    `${objection.answerer} must answer`,
  );
  const record: ReplyRecord = {
    type: 'tabellion.reply',
    v: 1,
    ...input,
    subject: objection.subject,
    case: objection.case,
    overdue: act.at > objection.answerBy,
    timeWindowSeconds,
    act,
  };
  return {
    key: replyKey(input.objection, act.txId),
    record,
    markers: [{ mspId: act.member, record }],
  };
}

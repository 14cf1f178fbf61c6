import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { Decision, Write } from '../kernel/transaction.ts';
import { objectionHeadKey, replyKey } from './key.ts';
import {
  MAX_REPLIES,
  type ObjectionHeadRecord,
  type ObjectionRecord,
  type ReplyInput,
  type ReplyRecord,
} from './record.ts';
import { listReviewFlags, type ReviewedLineage } from './subject.ts';

export interface ReplyContext {
  readonly objection: ObjectionRecord;
  /** What the objector's member has open against the subject. */
  readonly head: ObjectionHeadRecord;
  /** How many answers it has. */
  readonly answered: number;
  readonly lineage: ReviewedLineage;
  readonly timeWindowSeconds: number;
}

/**
 * `review:reply`: the answer that an objection is owed. A late one is taken and says that it is late; a
 * further one stands beside the first. The member whose work it is must answer, and a small one may have
 * nobody but the person objected to: that is taken, and flagged.
 * @throws ContractError `NOT_ANSWERER`, `TOO_MANY_REPLIES`.
 */
export function replyToObjection(
  input: ReplyInput,
  { objection, head, answered, lineage, timeWindowSeconds }: ReplyContext,
  act: Act,
): Decision {
  assertRule(
    objection.answerer === act.member,
    'NOT_ANSWERER',
    `${objection.answerer} must answer`,
  );
  assertRule(answered < MAX_REPLIES, 'TOO_MANY_REPLIES', `at most ${MAX_REPLIES} to an objection`);
  const record: ReplyRecord = {
    type: 'tabellion.reply',
    v: 1,
    ...input,
    subject: objection.subject,
    case: objection.case,
    overdue: act.at > objection.answerBy,
    flags: listReviewFlags(lineage, act),
    timeWindowSeconds,
    act,
  };
  return {
    key: replyKey(input.objection, act.txId),
    record,
    ...(head.open.some(({ id }) => id === objection.id) && { also: [settle(head, objection.id)] }),
    markers: [{ mspId: act.member, record }],
  };
}

/** The first answer settles an objection. */
const settle = (head: ObjectionHeadRecord, id: string): Write => ({
  key: objectionHeadKey(head.subject.id, head.member),
  record: { ...head, open: head.open.filter((other) => other.id !== id) },
});

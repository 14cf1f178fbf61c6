import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import { answerKey } from './key.ts';
import type { AcquisitionRecord, AnswerInput, AnswerRecord, LocationHeadRecord } from './record.ts';

/**
 * `evidence:answer`: the position of a touched state. It blocks nothing and never goes away; a later
 * answer stands beside it (CNS-5).
 * @throws ContractError `NOT_TOUCHED`, also while the place is sealed.
 */
export function answerNotice(
  input: AnswerInput,
  acquisition: AcquisitionRecord,
  { touched }: LocationHeadRecord,
  act: Act,
): Decision {
  assertRule(touched.includes(act.jurisdiction), 'NOT_TOUCHED', act.jurisdiction);
  const record: AnswerRecord = {
    type: 'tabellion.answer',
    v: 1,
    ...input,
    case: acquisition.case,
    act,
  };
  return {
    key: answerKey(input.acquisition, act.jurisdiction, act.txId),
    record,
    markers: [{ mspId: act.member, record }],
  };
}

import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import { answerKey } from './key.ts';
import {
  type AcquisitionRecord,
  type AnswerInput,
  type AnswerRecord,
  type LocationHeadRecord,
  MAX_POSITIONS,
} from './record.ts';

/**
 * `evidence:answer`: the position of a touched state. It blocks nothing and never goes away; a later
 * answer stands beside it (CNS-5).
 * @throws ContractError `NOT_TOUCHED`, also while the place is sealed; `POSITIONS_USED_UP`.
 */
export function answerNotice(
  input: AnswerInput,
  acquisition: AcquisitionRecord,
  {
    head: { touched },
    before,
  }: {
    readonly head: LocationHeadRecord;
    /** How many positions the caller's jurisdiction has taken. */
    readonly before: number;
  },
  act: Act,
): Decision {
  assertRule(touched.includes(act.jurisdiction), 'NOT_TOUCHED', act.jurisdiction);
  const text = `a state takes at most ${MAX_POSITIONS} positions on an acquisition`;
  assertRule(before < MAX_POSITIONS, 'POSITIONS_USED_UP', text);
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

import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import { regularityKey } from './key.ts';
import type { JudgeInput, RegularityRecord } from './record.ts';
import type { Reviewed } from './subject.ts';

/**
 * `review:judge`: whether the evidence was obtained regularly (EVD-13). A judgement removes nothing, and
 * later ones, of other courts too, stand beside it.
 * @param lineage the subject first, then what it came from, down to the acquisition.
 * @throws ContractError `SELF_REVIEW` for whoever collected, opened or derived any of it (ORD-26).
 */
export function judgeRegularity(
  input: JudgeInput,
  lineage: readonly [Reviewed, ...Reviewed[]],
  act: Act,
): Decision {
  const isOwn = lineage.some(
    ({ act: made }) => made.member === act.member && made.person === act.person,
  );
  assertRule(!isOwn, 'SELF_REVIEW', 'the same person collected it');
  const record: RegularityRecord = {
    type: 'tabellion.regularity',
    v: 1,
    ...input,
    case: lineage[0].case,
    act,
  };
  return {
    key: regularityKey(input.subject.id, act.txId),
    record,
    markers: [{ mspId: act.member, record }],
  };
}

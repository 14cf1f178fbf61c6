import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import { regularityKey } from './key.ts';
import type { JudgeInput, RegularityRecord } from './record.ts';
import { isOwnWork, type ReviewedLineage } from './subject.ts';

/**
 * `review:judge`: whether the evidence was obtained regularly (EVD-13). A judgement removes nothing, and
 * later ones, of other courts too, stand beside it.
 * @throws ContractError `SELF_REVIEW` for whoever collected, opened or derived any of it (ORD-26).
 */
export function judgeRegularity(input: JudgeInput, lineage: ReviewedLineage, act: Act): Decision {
  assertRule(!isOwnWork(lineage, act), 'SELF_REVIEW', 'the same person collected it');
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

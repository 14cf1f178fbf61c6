/** What experts and prosecutors say of evidence: statements that bind nobody and block nothing. */
import type { Act } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import { authenticityKey, weightKey } from './key.ts';
import type { AuthenticityRecord, ExamineInput, WeighInput, WeightRecord } from './record.ts';
import { listReviewFlags, type ReviewedLineage } from './subject.ts';

/** `review:examine`: authenticity, which is a question apart from integrity (EVD-16). */
export function examineAuthenticity(
  input: ExamineInput,
  lineage: ReviewedLineage,
  act: Act,
): Decision {
  const [subject] = lineage;
  const record: AuthenticityRecord = {
    type: 'tabellion.authenticity',
    v: 1,
    ...input,
    case: subject.case,
    legalBases: subject.legalBases,
    flags: listReviewFlags(lineage, act),
    act,
  };
  return { key: authenticityKey(input.subject.id, act.txId), record };
}

/** `review:weigh`: probative force, as a person sees it (EVD-18). */
export function weighEvidence(input: WeighInput, lineage: ReviewedLineage, act: Act): Decision {
  const [subject] = lineage;
  const record: WeightRecord = {
    type: 'tabellion.weight',
    v: 1,
    ...input,
    case: subject.case,
    legalBases: subject.legalBases,
    flags: listReviewFlags(lineage, act),
    act,
  };
  return { key: weightKey(input.subject.id, act.txId), record };
}

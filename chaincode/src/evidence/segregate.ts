import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import { segregationKey } from './key.ts';
import { assertOwnMember } from './ownership.ts';
import type { AcquisitionRecord, HeadRecord, SegregateInput, SegregationRecord } from './record.ts';

/**
 * `evidence:segregate`: parts the relevant subset of a full copy from the rest (EVD-9). Only once the
 * acquisition is closed, or items added later would escape it.
 * @throws ContractError `NOT_OWN_MEMBER`, `NOT_A_FULL_COPY`, `ACQUISITION_OPEN`,
 * `RELEVANT_EXCEEDS_ITEMS`.
 */
export function segregateCopy(
  input: SegregateInput,
  acquisition: AcquisitionRecord,
  head: HeadRecord,
  act: Act,
): Decision {
  assertOwnMember(acquisition, act);
  assertRule(acquisition.extent.kind === 'FULL_COPY', 'NOT_A_FULL_COPY', 'extent is SELECTIVE');
  assertRule(head.closed, 'ACQUISITION_OPEN', 'close it first');
  assertRule(input.relevant <= head.items, 'RELEVANT_EXCEEDS_ITEMS', `${head.items} items`);
  const record: SegregationRecord = {
    type: 'tabellion.segregation',
    v: 1,
    ...input,
    case: acquisition.case,
    legalBases: acquisition.legalBases,
    act,
  };
  return { key: segregationKey(input.acquisition, act.txId), record };
}

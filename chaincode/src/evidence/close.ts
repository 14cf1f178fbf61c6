import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import { closingKey, headKey } from './key.ts';
import { assertResponsible } from './ownership.ts';
import type { AcquisitionRecord, CloseInput, ClosingRecord, HeadRecord } from './record.ts';
import { assertNotFuture } from './time.ts';

/**
 * `evidence:close`: the collector states how much there was; that the ledger agrees makes an omission
 * visible to whoever holds the items.
 * @throws ContractError `NOT_OWN_MEMBER`, `NOT_RESPONSIBLE_PERSON`, `ACQUISITION_CLOSED`,
 * `TOTALS_DIFFER`, `TIME_ORDER`, `TIME_IN_FUTURE`.
 */
export function closeAcquisition(
  input: CloseInput,
  acquisition: AcquisitionRecord,
  head: HeadRecord,
  act: Act,
): Decision {
  assertResponsible(acquisition, act);
  assertRule(!head.closed, 'ACQUISITION_CLOSED', 'its totals are stated');
  const { sequence, items, bytes, last } = head;
  assertRule(
    input.batches === sequence && input.items === items && input.bytes === bytes,
    'TOTALS_DIFFER',
    `the ledger has ${sequence} batches, ${items} items, ${bytes} bytes`,
  );
  assertRule(acquisition.startedAt <= input.endedAt, 'TIME_ORDER', 'endedAt lies before the start');
  assertRule(
    acquisition.endedAt === undefined || acquisition.endedAt === input.endedAt,
    'TIME_ORDER',
    'endedAt was stated otherwise before',
  );
  assertNotFuture(input.endedAt, act.at, acquisition.timeWindowSeconds, 'endedAt');
  const record: ClosingRecord = {
    type: 'tabellion.closing',
    v: 1,
    ...input,
    case: acquisition.case,
    legalBases: acquisition.legalBases,
    last,
    act,
  };
  return {
    key: closingKey(input.acquisition),
    record,
    also: [{ key: headKey(input.acquisition), record: { ...head, closed: true } }],
  };
}

import { digestRecord } from '../kernel/digest.ts';
import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import { batchKey, headKey } from './key.ts';
import { assertResponsible } from './ownership.ts';
import type { AcquisitionRecord, AnchorInput, BatchRecord, HeadRecord } from './record.ts';
import { assertNotFuture } from './time.ts';

/** All that a batch record depends on besides its input and act. */
export interface BatchContext {
  readonly acquisition: AcquisitionRecord;
  /** Foreign jurisdictions known by now: `touched` of the location head. */
  readonly touched: readonly string[];
  readonly parameters: { readonly volatileGapSeconds: number; readonly timeWindowSeconds: number };
}

/**
 * The batch record, a pure function of what the client knows: it builds the same record before it
 * signs and compares.
 */
export function buildBatchRecord(
  input: AnchorInput,
  { acquisition, touched, parameters }: BatchContext,
  act: Act,
): BatchRecord {
  const gap = act.at - input.collectedAt;
  const late = acquisition.volatility === 'VOLATILE' && gap > parameters.volatileGapSeconds * 1000;
  return {
    type: 'tabellion.batch',
    v: 1,
    ...input,
    case: acquisition.case,
    legalBases: acquisition.legalBases,
    reason: acquisition.reason,
    touched: [...touched],
    flags: [
      ...(late ? (['VOLATILE_LATE'] as const) : []),
      ...(act.keyCustody === 'gateway' ? (['GATEWAY_HELD_KEY'] as const) : []),
    ],
    timeWindowSeconds: parameters.timeWindowSeconds,
    act,
  };
}

/**
 * `evidence:anchor`: one more batch at the head of the acquisition's chain (EVD-1, EVD-2, EVD-19).
 * @throws ContractError `NOT_OWN_MEMBER`, `NOT_RESPONSIBLE_PERSON`, `ACQUISITION_CLOSED`,
 * `CHAIN_CONFLICT`, `BATCH_TOO_LARGE`, `TIME_ORDER`, `TIME_IN_FUTURE`, `TOTALS_OVERFLOW`.
 */
export function anchorBatch(
  input: AnchorInput,
  context: BatchContext & { readonly head: HeadRecord; readonly batchMaxItems: number },
  act: Act,
): Decision {
  const { acquisition, head, batchMaxItems, parameters } = context;
  assertResponsible(acquisition, act);
  assertRule(!head.closed, 'ACQUISITION_CLOSED', 'its totals are stated');
  assertRule(
    input.sequence === head.sequence + 1 && input.previous === head.last,
    'CHAIN_CONFLICT',
    `the chain stands at ${head.sequence}`,
  );
  assertRule(input.size <= batchMaxItems, 'BATCH_TOO_LARGE', `at most ${batchMaxItems} items`);
  const { startedAt, endedAt } = acquisition;
  assertRule(startedAt <= input.collectedAt, 'TIME_ORDER', 'collectedAt lies before the start');
  assertRule(
    endedAt === undefined || input.collectedAt <= endedAt,
    'TIME_ORDER',
    'collectedAt lies after the end',
  );
  assertNotFuture(input.collectedAt, act.at, parameters.timeWindowSeconds, 'collectedAt');
  const bytes = head.bytes + input.bytes;
  assertRule(Number.isSafeInteger(bytes), 'TOTALS_OVERFLOW', 'bytes');

  const record = buildBatchRecord(input, context, act);
  const digest = digestRecord(record);
  const next: HeadRecord = {
    ...head,
    sequence: input.sequence,
    last: digest,
    items: head.items + input.size,
    bytes,
  };
  return {
    key: batchKey(digest),
    record,
    also: [{ key: headKey(input.acquisition), record: next }],
  };
}

import { digestRecord } from '../kernel/digest.ts';
import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import type { FoundingRecord } from '../member/record.ts';
import { journalHeadKey, journalKey } from './key.ts';
import type { AnchorJournalInput, JournalHeadRecord, JournalRecord } from './record.ts';
import { assertNotFuture } from './time.ts';

/**
 * `evidence:anchorJournal`: one more batch of the member's journal of refusals and reads, chained, so
 * that a gap shows (O-3, requirements part 0).
 * @throws ContractError `CHAIN_CONFLICT`, `TIME_ORDER`, `TIME_IN_FUTURE`.
 */
export function anchorJournal(
  input: AnchorJournalInput,
  context: {
    readonly head: JournalHeadRecord | undefined;
    readonly founding: FoundingRecord;
    readonly timeWindowSeconds: number;
  },
  act: Act,
): Decision {
  const { sequence, last } = context.head ?? { sequence: 0, last: null };
  assertRule(
    input.sequence === sequence + 1 && input.previous === last,
    'CHAIN_CONFLICT',
    `the journal stands at ${sequence}`,
  );
  assertRule(input.from <= input.to, 'TIME_ORDER', 'from lies after to');
  assertNotFuture(input.to, act.at, context.timeWindowSeconds, 'to');
  const record: JournalRecord = {
    type: 'tabellion.journal',
    v: 1,
    ...input,
    legalBasis: context.founding.legalBasis,
    reason: 'journal of refusals and reads',
    act,
  };
  const digest = digestRecord(record);
  const head: JournalHeadRecord = {
    type: 'tabellion.journal-head',
    v: 1,
    sequence: input.sequence,
    last: digest,
  };
  return {
    key: journalKey(digest),
    record,
    also: [{ key: journalHeadKey(act.member), record: head }],
  };
}

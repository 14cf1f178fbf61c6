/** What an act about labels speaks of, proved to be what its batch holds. */

import { assertRule } from '../kernel/errors.ts';
import { assertUnderRoot } from '../kernel/inclusion.ts';
import type { Act } from '../kernel/schema.ts';
import { type LabelBatchRecord, type LabelSubject, MAX_LABEL_ACTS } from './record.ts';

/** One label or a whole batch as the ledger has it. */
export interface Spoken {
  readonly batch: LabelBatchRecord;
  /** Whether it, or all of its batch, is withdrawn. */
  readonly withdrawn: boolean;
  /** Whether most members say that they were not given the batch's manifest. */
  readonly withheld: boolean;
}

type ProvenSubject = LabelSubject & { readonly path?: readonly string[] | undefined };

/** @throws ContractError `BAD_INPUT`, `PATH_MISMATCH`. Returns the subject as records hold it. */
export function assertSubject(
  { batch, label, path }: ProvenSubject,
  record: LabelBatchRecord,
): LabelSubject {
  assertRule((label === undefined) === (path === undefined), 'BAD_INPUT', 'path: goes with label');
  if (label === undefined || path === undefined) return { batch };
  assertUnderRoot({ ...label, path }, record);
  return { batch, label };
}

/** @throws ContractError `LABEL_WITHHELD`, `LABEL_WITHDRAWN`. */
export function assertStanding({ withdrawn, withheld }: Spoken): void {
  assertRule(!withheld, 'LABEL_WITHHELD', 'its manifest was kept back: it counts for nobody');
  assertNotWithdrawn({ withdrawn });
}

/** @throws ContractError `LABEL_WITHDRAWN`. */
export function assertNotWithdrawn({ withdrawn }: Pick<Spoken, 'withdrawn'>): void {
  assertRule(!withdrawn, 'LABEL_WITHDRAWN', 'the asserter no longer says it');
}

/** @throws ContractError `OWN_LABEL`. */
export function assertOthers({ batch }: Pick<Spoken, 'batch'>, act: Act): void {
  assertRule(batch.act.member !== act.member, 'OWN_LABEL', 'the own member asserts it');
}

/** @throws ContractError `LABEL_ACTS_USED_UP`. Returns the number of the next act. */
export function countNext(before: number, what: string): number {
  const text = `a member gives at most ${MAX_LABEL_ACTS} ${what}`;
  assertRule(before < MAX_LABEL_ACTS, 'LABEL_ACTS_USED_UP', text);
  return before + 1;
}

/** @throws ContractError `NOT_THE_ASSERTER`. */
export function assertAsserter({ batch }: Spoken, act: Act): void {
  assertRule(batch.act.member === act.member, 'NOT_THE_ASSERTER', `${batch.act.member} asserts it`);
}

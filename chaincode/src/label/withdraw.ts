import { assertRule } from '../kernel/errors.ts';
import { assertUnderRoot } from '../kernel/inclusion.ts';
import type { Act } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import { withdrawalKey } from './key.ts';
import type { WithdrawalRecord, WithdrawInput } from './record.ts';
import {
  assertAsserter,
  assertNotWithdrawn,
  assertStanding,
  assertSubject,
  type Spoken,
} from './subject.ts';

/**
 * `label:withdraw`: by the asserter's member only; a correction names the label that stands instead, and
 * that goes on standing. What was kept back can be withdrawn too: who disputes it is owed an answer.
 * @throws ContractError `NOT_THE_ASSERTER`, `LABEL_WITHDRAWN`, `LABEL_WITHHELD`, `BAD_INPUT`,
 * `PATH_MISMATCH`.
 */
export function withdrawLabel(
  { path, replacementPath, ...input }: WithdrawInput,
  spoken: Spoken & {
    /** What `replacedBy` names. */
    readonly replacement: Spoken | undefined;
  },
  act: Act,
): Decision {
  const { batch, replacement } = spoken;
  assertSubject({ ...input, path }, batch);
  assertAsserter(spoken, act);
  assertNotWithdrawn(spoken);
  const { replacedBy } = input;
  const isProven = (replacedBy === undefined) === (replacementPath === undefined);
  assertRule(isProven, 'BAD_INPUT', 'replacementPath: goes with replacedBy');
  if (replacedBy !== undefined && replacement !== undefined) {
    assertAsserter(replacement, act);
    assertUnderRoot({ ...replacedBy.label, path: replacementPath! }, replacement.batch);
    assertStanding(replacement);
    const withdrawn = input.label?.leaf ?? replacedBy.label.leaf;
    const isOther = replacedBy.batch !== input.batch || replacedBy.label.leaf !== withdrawn;
    assertRule(isOther, 'BAD_INPUT', 'replacedBy: nothing replaces itself');
  }
  const { legalBasis } = batch;
  const record: WithdrawalRecord = {
    type: 'tabellion.withdrawal',
    v: 1,
    ...input,
    legalBasis,
    act,
  };
  return { key: withdrawalKey(input), record };
}

import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import { activeOf } from '../member/change.ts';
import type { MemberRecord } from '../member/record.ts';
import { labelMissKey, labelWithheldKey } from './key.ts';
import type { LabelBatchRecord, LabelWithheldRecord, MissInput, MissRecord } from './record.ts';
import { assertOthers } from './subject.ts';

export interface MissContext {
  readonly batch: LabelBatchRecord;
  readonly withheld: boolean;
  /** What was declared of the batch so far. */
  readonly declared: readonly MissRecord[];
  /** Every member in the register. */
  readonly members: readonly MemberRecord[];
  readonly labelFetchSeconds: number;
}

/**
 * `label:miss`: the batch is void for all once more than half of the members that are active now, the
 * asserter left out, have declared it. Whoever was suspended meanwhile is counted on neither side. One
 * declaration a member; a further one only where it decides, because fewer are active than at the first.
 * @throws ContractError `OWN_LABEL`, `LABEL_WITHHELD`, `FETCH_TIME_RUNNING`, `ALREADY_EXISTS`.
 */
export function missManifest(
  input: MissInput,
  { batch, withheld, declared, members, labelFetchSeconds }: MissContext,
  act: Act,
): Decision {
  assertOthers({ batch }, act);
  assertRule(!withheld, 'LABEL_WITHHELD', 'it was found to be kept back');
  const due = batch.act.at + labelFetchSeconds * 1000;
  assertRule(act.at >= due, 'FETCH_TIME_RUNNING', `not before ${due}`);
  const before = declared.filter((each) => each.act.member === act.member).length;
  const declaring = new Set([act.member, ...declared.map((each) => each.act.member)]);
  const others = activeOf(members)
    .map(({ mspId }) => mspId)
    .filter((mspId) => mspId !== batch.act.member);
  const missing = others.filter((mspId) => declaring.has(mspId)).sort();
  const isWithheld = 2 * missing.length > others.length;
  assertRule(before === 0 || isWithheld, 'ALREADY_EXISTS', 'the member has declared it');
  const record: MissRecord = {
    type: 'tabellion.label-miss',
    v: 1,
    ...input,
    legalBasis: batch.legalBasis,
    labelFetchSeconds,
    others: others.length,
    missing: missing.length,
    outcome: isWithheld ? 'WITHHELD' : 'WAITING',
    flags: act.keyCustody === 'gateway' ? ['GATEWAY_HELD_KEY'] : [],
    act,
  };
  const decided: LabelWithheldRecord = {
    type: 'tabellion.label-withheld',
    v: 1,
    batch: input.batch,
    members: missing,
    act,
  };
  return {
    key: labelMissKey(input.batch, act.member, before + 1),
    record,
    also: isWithheld ? [{ key: labelWithheldKey(input.batch), record: decided }] : [],
    markers: [{ mspId: act.member, record }],
  };
}

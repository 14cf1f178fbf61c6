import { digestRecord } from '../kernel/digest.ts';
import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import { labelBatchKey, labelManifestKey } from './key.ts';
import type { AssertInput, LabelBatchRecord, LabelManifestRecord } from './record.ts';

/**
 * `label:assert`: one batch of labels, or of transfers (LBL-1, LBL-7). What stands in the manifest is checked by everybody who
 * fetches it, for the ledger must not see it.
 * @throws ContractError `ALREADY_EXISTS`, `BAD_INPUT`, `NOT_OWN_MEMBER`.
 */
export function assertLabels(
  input: AssertInput,
  /** Whether the member has asserted that manifest before, and it was not found to be kept back. */
  {
    exists,
    owners,
  }: {
    readonly exists: boolean;
    /** Of the evidence that it names. */
    readonly owners: readonly string[];
  },
  act: Act,
): Decision {
  assertRule(!exists, 'ALREADY_EXISTS', 'the member has asserted this manifest');
  const isFit = (input.content === undefined) === (input.evidence === undefined);
  assertRule(isFit, 'BAD_INPUT', 'evidence: goes with content TRANSFERS');
  const isOwn = owners.every((owner) => owner === act.member);
  assertRule(isOwn, 'NOT_OWN_MEMBER', 'evidence: not all of it is the own member’s');
  const record: LabelBatchRecord = {
    type: 'tabellion.label-batch',
    v: 1,
    ...input,
    flags: act.keyCustody === 'gateway' ? ['GATEWAY_HELD_KEY'] : [],
    act,
  };
  const batch = digestRecord(record);
  const { manifest } = input;
  const once: LabelManifestRecord = {
    type: 'tabellion.label-manifest',
    v: 1,
    member: act.member,
    manifest,
    batch,
  };
  return {
    key: labelBatchKey(batch),
    record,
    also: [{ key: labelManifestKey(act.member, manifest), record: once }],
  };
}

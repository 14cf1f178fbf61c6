/**
 * All that stands on the ledger about one label: whoever endorses the answer says that there is nothing else.
 * Every look-up is by a key or prefix that follows from batch, leaf and disputes, so that a verifier sees
 * from what was read that all of it was asked for (`proof`, label bundle).
 */
import { assertRule } from '../kernel/errors.ts';
import type { State } from '../kernel/state.ts';
import {
  corroborationPrefix,
  disputeAnswerPrefix,
  disputeHeadPrefix,
  disputeKey,
  labelBatchKey,
  labelWithheldKey,
  opinionsPrefix,
  sightingsPrefix,
  withdrawalKeyAt,
} from './key.ts';
import {
  corroborationRecord,
  disputeAnswerRecord,
  disputeHeadRecord,
  disputeRecord,
  type LabelSaid,
  labelBatchRecord,
  labelWithheldRecord,
  opinionRecord,
  sightingRecord,
  withdrawalRecord,
} from './record.ts';

/** Records that one answer holds: 64 members that say all they can would make it 40 MB long. */
export const MAX_SAID = 2000;

type Said = LabelSaid['said'][number];

/** @throws ContractError `NOT_FOUND` for a batch that is not there, `SAID_TOO_MUCH`. */
export async function tellSaid(state: State, batch: string, leaf: string): Promise<LabelSaid> {
  const assertion = await state.load(labelBatchRecord, labelBatchKey(batch));
  const said: Said[] = [];
  const add = (records: readonly (Said | undefined)[]) => {
    said.push(...records.filter((record) => record !== undefined));
    assertRule(said.length <= MAX_SAID, 'SAID_TOO_MUCH', `more than ${MAX_SAID} records`);
  };
  add([await state.find(labelWithheldRecord, labelWithheldKey(batch))]);
  for (const whom of ['all', leaf]) {
    const path = `${batch}/${whom}`;
    add([await state.find(withdrawalRecord, withdrawalKeyAt(path))]);
    add(await state.list(corroborationRecord, corroborationPrefix(path)));
    add(await state.list(opinionRecord, opinionsPrefix(path)));
    add(await state.list(sightingRecord, sightingsPrefix(path)));
    for (const { ids } of await state.list(disputeHeadRecord, disputeHeadPrefix(path))) {
      for (const id of ids) {
        add([await state.load(disputeRecord, disputeKey(id))]);
        add(await state.list(disputeAnswerRecord, disputeAnswerPrefix(id)));
      }
    }
  }
  return { type: 'tabellion.label-said', v: 1, batch, leaf, assertion, said };
}

/** Which disputes of a label are open, and which of them were not answered in time. */
import type { LabelBatchRecord } from '@tabellion/chaincode/label/record';
import type { LabelStatement } from '@tabellion/proof';
import { expect, it } from 'vitest';
import { countOverdue, readStanding } from './standing.ts';
import type { LabelResponse } from './view.ts';

const statement = { provenance: 'forensic' } as LabelStatement;
const batch = { act: { member: 'CnAgencyMSP', at: 0 } } as LabelBatchRecord;
const said = (record: object): LabelResponse =>
  ({ record: { act: { member: 'SgAgencyMSP', at: 1 }, ...record } }) as LabelResponse;
const dispute = (id: string, answerBy: number, more: object = {}) =>
  said({ type: 'tabellion.dispute', id, answerBy, ...more });
const answer = (id: string) => said({ type: 'tabellion.dispute-answer', dispute: id });
const read = (...responses: readonly LabelResponse[]) =>
  readStanding({ statement, batch, responses });

it('counts a dispute as overdue after its date, not at it, and no longer once it is answered', () => {
  const standing = read(dispute('a', 100), dispute('b', 200), dispute('c', 50), answer('c'));
  expect(standing.openDisputes).toBe(2);
  expect([100, 101, 200, 201].map((at) => countOverdue(standing, at))).toEqual([0, 1, 1, 2]);
  expect(countOverdue(read(dispute('a', 100), answer('a')), 1000)).toBe(0);
});

it('counts no rebuttal of a presumption, which says nothing against the label', () => {
  const standing = read(dispute('a', 100, { presumption: { id: 'mixer', version: 1 } }));
  expect([standing.openDisputes, countOverdue(standing, 1000)]).toEqual([0, 0]);
});

/** What was said of labels, and what of it nobody has answered. */
import type { LabelSubject } from '@tabellion/chaincode/label/record';
import type { FindingLog } from './finding.ts';
import type { RecordReader } from './stored-record.ts';

/** @param now milliseconds since 1970: what is unanswered by then may be overdue. */
export function listLabelMatters(records: RecordReader, now: number, findings: FindingLog): void {
  for (const dispute of records.list('dispute')) {
    const { id, answerer, answerBy, presumption, onBehalfOf, act } = dispute;
    const [first] = [...records.list('dispute-answer', `${id}/`)].sort(
      (a, b) => a.act.at - b.act.at,
    );
    const subject = `dispute ${id}, ${answerer}`;
    if (first === undefined) findings.add('DISPUTE_OPEN', subject);
    if (first?.overdue ?? now > answerBy) findings.add('DISPUTE_OVERDUE', subject);
    if (presumption !== undefined) {
      const { id: rule, version } = presumption;
      const said = first === undefined ? 'no answer yet' : `${first.position} by ${answerer}`;
      const who = `${act.member} for a ${onBehalfOf}`;
      findings.add('PRESUMPTION_REBUTTED', `dispute ${id}, ${rule}@${version}, by ${who}: ${said}`);
    }
  }
  for (const { act, ...withdrawn } of records.list('withdrawal')) {
    findings.add('LABEL_WITHDRAWN', `${describe(withdrawn)}, by ${act.member}`);
  }
  for (const { act, batch } of records.list('label-miss')) {
    findings.add('LABEL_MISSED', `label batch ${batch}, by ${act.member}`);
  }
  for (const { batch, members } of records.list('label-withheld')) {
    findings.add('LABEL_WITHHELD', `label batch ${batch}, by ${members.join(', ')}`);
  }
  for (const { act, sighting, ...seen } of records.list('sighting')) {
    const asserter = records.find('label-batch', seen.batch)?.act.member;
    if (sighting !== 'EXPIRED' || act.member !== asserter) continue;
    findings.add('LABEL_EXPIRED', `${describe(seen)}, by ${act.member}`);
  }
}

const describe = ({ batch, label }: LabelSubject): string =>
  label === undefined ? `label batch ${batch}` : `label ${label.index} of batch ${batch}`;

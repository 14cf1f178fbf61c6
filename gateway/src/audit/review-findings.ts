/** What was said of evidence in review, and what of it nobody has answered; and who outside was let in. */
import type { FindingLog } from './finding.ts';
import type { RecordReader } from './stored-record.ts';

/** @param now milliseconds since 1970: what is unanswered by then may be overdue. */
export function listReviewMatters(records: RecordReader, now: number, findings: FindingLog): void {
  for (const { id, answerer, answerBy } of records.list('objection')) {
    const [first] = [...records.list('reply', `${id}/`)].sort((a, b) => a.act.at - b.act.at);
    const subject = `objection ${id}, ${answerer}`;
    if (first === undefined) findings.add('OBJECTION_OPEN', subject);
    if (first?.overdue ?? now > answerBy) findings.add('OBJECTION_OVERDUE', subject);
  }
  for (const { outcome, subject, act } of records.list('regularity')) {
    const about = `${subject.kind.toLowerCase()} ${subject.id}, by ${act.member}`;
    if (outcome !== 'ACCEPTED') findings.add(outcome, about);
  }
  for (const { result, subject, act } of records.list('authenticity')) {
    const about = `${subject.kind.toLowerCase()} ${subject.id}, by ${act.member}`;
    if (result === 'SIGNS_OF_MANIPULATION') findings.add('MANIPULATION_SIGNS', about);
  }
  for (const { id, acquisition, size, withheld } of records.list('grant')) {
    const shown = `${size} items shown, ${withheld} withheld`;
    findings.add('DISCLOSED', `grant ${id}, acquisition ${acquisition}: ${shown}`);
  }
}

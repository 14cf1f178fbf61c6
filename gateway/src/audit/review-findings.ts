/** What was said of evidence in review, and what of it nobody has answered; and who outside was let in. */
import type { Act } from '@tabellion/chaincode/kernel/schema';
import type { Subject } from '@tabellion/chaincode/review/record';
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
  for (const { objection, flags, act } of records.list('reply')) {
    for (const flag of flags)
      findings.add(flag, `reply to objection ${objection}, by ${act.member}`);
  }
  for (const { outcome, subject, act } of records.list('regularity')) {
    const about = describeAbout(subject, act);
    if (outcome !== 'ACCEPTED') findings.add(outcome, about);
  }
  for (const { result, subject, act, flags } of records.list('authenticity')) {
    const about = describeAbout(subject, act);
    for (const flag of flags) findings.add(flag, `examination of ${about}`);
    if (result === 'SIGNS_OF_MANIPULATION') findings.add('MANIPULATION_SIGNS', about);
  }
  for (const { subject, act, flags } of records.list('weight')) {
    for (const flag of flags) findings.add(flag, `weight of ${describeAbout(subject, act)}`);
  }
  for (const { id, acquisition, size, withheld } of records.list('grant')) {
    const shown = `${size} items shown, ${withheld} withheld`;
    findings.add('DISCLOSED', `grant ${id}, acquisition ${acquisition}: ${shown}`);
  }
}

const describeAbout = ({ kind, id }: Subject, { member }: Act): string =>
  `${kind.toLowerCase()} ${id}, by ${member}`;

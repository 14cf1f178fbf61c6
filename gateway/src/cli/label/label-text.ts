/** Labels and what is said of them, for people. */
import type { Score } from '@tabellion/screening';
import { formatTime } from '../table.ts';
import { type Response, subjectOf } from './verified-batch.ts';

/** `50 = PROVENANCE 50`, with every term that makes it. */
export const describeScore = (score: Score | null): string =>
  score === null
    ? 'no rule agreed on'
    : `${score.score} = ${score.terms.map(({ term, points }) => `${term} ${points}`).join(', ')}`;

/** `DISPUTED (answer overdue)` where a dispute was not answered in time. */
export const describeStatus = ({
  status,
  overdueDisputes = 0,
}: {
  readonly status: string;
  readonly overdueDisputes?: number | undefined;
}): string => (overdueDisputes > 0 ? `${status} (answer overdue)` : status);

/** One row for each thing said. */
export const RESPONSE_HEADING = ['AT', 'WHAT', 'OF', 'BY', 'SAYS', 'REASON'];

export const describeResponse = (response: Response): string[] => {
  const { record } = response;
  return [
    formatTime(record.act.at),
    record.type.replace('tabellion.', ''),
    `${subjectOf(response)?.index ?? 'all'}`,
    record.act.member,
    tellResponse(record),
    record.reason,
  ];
};

function tellResponse(record: Response['record']): string {
  switch (record.type) {
    case 'tabellion.opinion':
      return `${record.opinion} of 100`;
    case 'tabellion.sighting':
      return `${record.sighting} ${formatTime(record.happenedAt)}`;
    case 'tabellion.dispute':
      return `${record.id}, answer by ${formatTime(record.answerBy)}${record.onBehalfOf === 'PERSON' ? ', for a person' : ''}`;
    case 'tabellion.dispute-answer':
      return `${record.position} to ${record.dispute}${record.overdue ? ', overdue' : ''}`;
    case 'tabellion.withdrawal':
      return record.replacedBy === undefined
        ? ''
        : `replaced by ${record.replacedBy.batch}:${record.replacedBy.label.index}`;
    case 'tabellion.label-miss':
      return `${record.outcome}: ${record.missing} of ${record.others} were not given the manifest`;
    case 'tabellion.corroboration':
      return '';
  }
}

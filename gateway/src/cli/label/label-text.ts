/** Labels and what is said of them, for people. */
import type { LabelStatement } from '@tabellion/proof';
import { networkOf, type Score } from '@tabellion/screening';
import { formatFields, formatTime } from '../table.ts';
import type { Response } from './verified-batch.ts';

/** `50 = PROVENANCE 50`, with every term that makes it. */
export const describeScore = (score: Score | null): string =>
  score === null
    ? 'no rule agreed on'
    : `${score.score} = ${score.terms.map(({ term, points }) => `${term} ${points}`).join(', ')}`;

/** A network by the name that people know it by. */
export const nameNetwork = (id: string): string => networkOf(id)?.name ?? id;

const time = (at: number | undefined) => (at === undefined ? undefined : formatTime(at));

export function describeLabel(label: LabelStatement): string {
  return formatFields([
    ['Address', label.address],
    ['Network', `${label.network} (${nameNetwork(label.network)})`],
    ['Category', [label.category, ...(label.concepts ?? [])].join(', ')],
    ['Label', label.label],
    ['Provenance', label.provenance],
    ['Source', label.source],
    ['Actor', label.actor],
    ['Links', label.links?.map(({ kind, id }) => `${kind}:${id}`).join(', ')],
    ['Observed', time(label.observedAt)],
    ['Valid from', time(label.validFrom)],
    ['Valid until', time(label.validUntil)],
    ['Marking', `TLP:${label.tlp} PAP:${label.pap}`],
    ['Corrects', label.corrects],
  ]);
}

/** One row for each thing said. */
export const RESPONSE_HEADING = ['AT', 'WHAT', 'OF', 'BY', 'SAYS', 'REASON'];

export const describeResponse = ({ record }: Response): string[] => [
  formatTime(record.act.at),
  record.type.replace('tabellion.', ''),
  record.label === undefined ? 'all' : `${record.label.index}`,
  record.act.member,
  tellResponse(record),
  record.reason,
];

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
    case 'tabellion.corroboration':
      return '';
  }
}

/** What a label's proof says, for people. */
import type { ProvenSaid, Verdict } from '@tabellion/proof';
import { formatFields, formatTable, formatTime } from '../table.ts';
import { describeLabel } from './describe-label.ts';

export function describeLabelProof(label: NonNullable<Verdict['label']>): string {
  const { said } = label;
  const fields = formatFields([
    ['Asserted by', label.member],
    ['Asserted at', `${formatTime(label.assertedAt)} (the signer's clock)`],
    ['Case', label.case],
    ['Taxonomy', label.taxonomy],
    ['Batch', `${label.batch}, label ${label.index}`],
    ['Leaf', label.leaf],
    ['Attested at', `${formatTime(label.attestedAt)} (the requester's clock)`],
    ['Recorded in', `block ${label.block}, transaction ${label.position}`],
    ['Endorsed by', label.endorsers.join(', ')],
    ['Key held by', label.keyCustody === 'gateway' ? 'a gateway, not the person' : 'the person'],
  ]);
  return [describeLabel(label.statement), fields, describeSaid(said)].join('\n\n');
}

function describeSaid(said: readonly ProvenSaid[] | undefined): string {
  if (said === undefined) return 'What others said of it is not in this proof.';
  if (said.length === 0) return 'Until it was attested, nothing had been said of it.';
  const rows = said.map((one) => [
    ...[formatTime(one.at), one.kind, one.of.toLowerCase(), one.member],
    ...[tellSaid(one), one.reason ?? ''],
  ]);
  return formatTable(['AT', 'WHAT', 'OF', 'BY', 'SAYS', 'REASON'], rows);
}

function tellSaid(one: ProvenSaid): string {
  switch (one.kind) {
    case 'opinion':
      return `${one.opinion} of 100`;
    case 'sighting':
      return `${one.sighting} ${formatTime(one.happenedAt ?? 0)}`;
    case 'dispute': {
      const person = one.onBehalfOf === 'PERSON' ? ', for a person' : '';
      return `${one.dispute}, ${tellRebuttal(one)}answer by ${formatTime(one.answerBy ?? 0)}${person}`;
    }
    case 'dispute-answer':
      return `${one.position} to ${one.dispute}${one.overdue ? ', overdue' : ''}`;
    case 'withdrawal':
      return one.replacedBy === undefined ? '' : `replaced by leaf ${one.replacedBy}`;
    case 'label-withheld':
      return `its manifest was kept back from ${one.members?.join(', ')}`;
    case 'corroboration':
      return '';
  }
}

/** What is said against a presumption is said of that, and not against the label. */
const tellRebuttal = ({ presumption }: ProvenSaid): string =>
  presumption === undefined
    ? ''
    : `rebuts the presumption ${presumption.id}@${presumption.version} and not the label, `;

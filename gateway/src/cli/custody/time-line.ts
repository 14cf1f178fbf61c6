/** The life of an item for people: when each step happened, and when it was put on record. Pure. */
import type { CustodyRecord, ItemHeadRecord } from '@tabellion/chaincode/custody/record';
import { isGone } from '../../custody/is-gone.ts';
import type { ItemLife } from '../../custody/life.ts';
import { listFlags } from '../../exchange/recorded.ts';
import type { ProjectedRecord } from '../../projection/records.ts';
import { describeAuthorisation } from '../authorisation-text.ts';
import { formatFields, formatTable, formatTime } from '../table.ts';
import { abridge, joinRanges } from './abridge.ts';
import { describeReceiver } from './standing.ts';

export function describeItem({
  opening,
  head,
  steps,
  provenance,
  derived,
  reader,
}: ItemLife): string {
  const { record } = opening;
  const { record: acquisition } = provenance.acquisition;
  return formatFields([
    ['Item', record.item],
    ['Case', record.case],
    ['Came by', describeOrigin(record.origin)],
    ['Collected by', `${acquisition.act.member}, acquisition ${acquisition.id}`],
    ['Sources', abridge(provenance.sources.map((source) => source.record.item)) || undefined],
    ['Derived', abridge(derived.map((made) => made.record.item)) || undefined],
    ['Status', head.status],
    [isGone(head) ? 'Last holder' : 'Holder', describeReceiver(head.holder)],
    ['Offered to', head.offer && describeReceiver(head.offer.to)],
    ['Seals', head.seals.join(', ') || 'none'],
    [
      'Legal holds',
      head.holds.map(({ hold, member }) => `${member} (${hold})`).join(', ') || 'none',
    ],
    ['Mirror of', describeMirror(record.mirrorOf, head.mirror, steps)],
    ['Authorisation', describeAuthorisation(acquisition, reader.authorisation)],
    ['Standard', `${reader.standard} by you`],
    ['Flagged steps', describeFlags([opening, ...steps]) || 'none'],
  ]);
}

/** `SEAL_BROKEN (2, 5-9)`: each flag with the numbers of the records that carry it. */
function describeFlags(records: readonly Recorded[]): string {
  const numbers = new Map<string, number[]>();
  for (const [number, entry] of records.entries()) {
    for (const flag of listFlags(entry)) numbers.set(flag, [...(numbers.get(flag) ?? []), number]);
  }
  return [...numbers].map(([flag, found]) => `${flag} (${joinRanges(found)})`).join(', ');
}

type Recorded = ProjectedRecord<CustodyRecord | ItemLife['opening']['record']>;

function describeOrigin(origin: ItemLife['opening']['record']['origin']): string {
  switch (origin.kind) {
    case 'ANCHORED':
      return `anchored as number ${origin.index} of batch ${origin.batch}`;
    case 'EXHIBIT':
      return `seized as exhibit ${origin.exhibit} (${origin.thing}), first kept in ${origin.storage.place}, ${origin.storage.conditions}`;
    case 'DERIVED':
      return `${origin.as.form} of ${origin.source}`;
  }
}

/** How it stands, and what the original's state said otherwise before (EVD-11). */
export function describeMirror(
  mirror: ItemLife['opening']['record']['mirrorOf'],
  state: ItemHeadRecord['mirror'],
  steps: ItemLife['steps'],
): string | undefined {
  if (mirror === undefined) return undefined;
  const before = steps.flatMap(({ record }) =>
    record.kind === 'CONFIRM' && record.position !== state
      ? [`; ${record.position} before, in step ${record.sequence}`]
      : [],
  );
  return `original with ${mirror.custodian} in ${mirror.jurisdiction}, ${state}${before.join('')}`;
}

/** Event time and recording time side by side; what deserves a second look stands in the last column. */
export function describeTimeLine({ opening, steps }: Pick<ItemLife, 'opening' | 'steps'>): string {
  const rows = [
    rowOf(0, 'OPENED', opening.record.reason, opening),
    ...steps.map((step) =>
      rowOf(step.record.sequence, step.record.kind, describeStep(step.record, steps), step),
    ),
  ];
  return formatTable(
    ['NO', 'HAPPENED', 'RECORDED', 'BLOCK', 'STEP', 'BY', 'SAYING', 'FLAGS'],
    rows,
  );
}

function rowOf(number: number, kind: string, saying: string, entry: Recorded): string[] {
  const { act, happenedAt } = entry.record;
  return [
    ...[`${number}`, formatTime(happenedAt), formatTime(act.at), `${entry.block}`, kind],
    ...[describeReceiver(act), saying, listFlags(entry).join(', ')],
  ];
}

/** What a step says besides its reason, in a few words; others that it speaks of, by their numbers. */
function describeStep(step: CustodyRecord, steps: ItemLife['steps']): string {
  const nameStep = (isMeant: (other: ItemLife['steps'][number]) => boolean, name: string) => {
    const other = steps.find(isMeant);
    return other === undefined ? name : `step ${other.record.sequence}`;
  };
  const found = 'foundSeals' in step ? step.foundSeals.map(describeSeal) : [];
  const parts = [
    step.kind === 'OFFER' && `to ${describeReceiver(step.to)}`,
    step.kind === 'RETURN' && `to ${step.to}`,
    step.kind === 'EXAMINE' && step.method,
    step.kind === 'SEAL' && `seals ${step.seals.join(', ')}`,
    step.kind === 'MOVE' && `to ${step.storage.place}, ${step.storage.conditions}`,
    step.kind === 'DISPOSE' &&
      `authority as the holder states it: ${step.authority.kind} ${step.authority.reference}`,
    step.kind === 'LIFT' && `the hold of ${nameStep(({ txId }) => txId === step.hold, step.hold)}`,
    step.kind === 'CORRECT' &&
      `${nameStep(({ key }) => key === `custody/${step.corrects}`, step.corrects)}: ${step.statement}`,
    step.kind === 'CONFIRM' && step.position,
    step.kind === 'CONFIRM' && step.ground,
    found.length > 0 && `found seals ${found.join(', ')}`,
    'checked' in step && `content ${step.checked}`,
    step.reason,
  ];
  return parts.filter((part) => typeof part === 'string').join('; ');
}

const describeSeal = ({ seal, intact }: { seal: string; intact: boolean }) =>
  intact ? seal : `${seal} BROKEN`;

/** Objections and judgments, oldest first; empty where there is nothing. */
export function describeReviews({
  objections,
  regularity,
  authenticity,
  weights,
}: ItemLife): string {
  const rows = [
    ...objections.flatMap(({ objection, replies, overdue }) => [
      reviewRow(
        objection,
        `OBJECTION ${objection.record.id}`,
        replies.length > 0 ? 'answered' : overdue ? 'OVERDUE' : 'open',
      ),
      ...replies.map((reply) =>
        reviewRow(reply, `REPLY to ${reply.record.objection}`, reply.record.outcome),
      ),
    ]),
    ...regularity.map((one) => reviewRow(one, 'REGULARITY', one.record.outcome)),
    ...authenticity.map((one) => reviewRow(one, 'AUTHENTICITY', one.record.result)),
    ...weights.map((one) =>
      reviewRow(one, 'WEIGHT', `destination shown: ${one.record.showsDestination}`),
    ),
  ];
  return rows.length === 0
    ? ''
    : formatTable(['AT', 'BY', 'ON', 'WHAT', 'OUTCOME', 'SAYING', 'FLAGS'], rows);
}

function reviewRow(
  {
    record,
    late,
  }: ProjectedRecord<{
    readonly act: CustodyRecord['act'];
    readonly subject: { readonly kind: string };
    readonly reason: string;
  }>,
  what: string,
  outcome: string,
): string[] {
  const { act, subject, reason } = record;
  const flags = listFlags({ record, late }).join(', ');
  return [formatTime(act.at), describeReceiver(act), subject.kind, what, outcome, reason, flags];
}

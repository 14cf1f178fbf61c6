/** What an order's proof says, for people. */
import type { Verdict } from '@tabellion/proof';
import { formatFields, formatTable, formatTime } from '../table.ts';
import { describeEnd } from './clock-end.ts';

type Proof = NonNullable<Verdict['order']>;

export function describeOrderProof(order: Proof): string {
  const { acquisitions, custody, contents } = order;
  return [
    describeFacts(order),
    describeClocks(order),
    describeSteps(order),
    ...(acquisitions.length === 0 ? [] : [describeYield(acquisitions)]),
    ...(custody === undefined ? [] : [describeCustody(custody)]),
    ...(contents ?? []).map(describeContent),
  ].join('\n\n');
}

function describeFacts(order: Proof): string {
  const profile = order.rules.find(({ register }) => register === 'orderProfile');
  const { instrument, article, edition } = profile?.body ?? {};
  return formatFields([
    ['Order', order.order],
    ['Case', order.case],
    ['Asks for', `${order.kind} ${order.categories.join(', ')}`],
    ['Instrument', `${instrument}, ${article} (${edition})`],
    ['Issued by', order.issuer],
    ['Issued at', `${formatTime(order.issuedAt)} (the signer's clock)`],
    ['Addressee', order.addressee],
    ['Enforcing', order.enforcing && `${order.enforcing}${order.notified ? ', notified' : ''}`],
    ['Follows', order.follows],
    ['Status', order.status],
    [
      'Judged by',
      order.rules.map(({ register, id, version }) => `${register} ${id}@${version}`).join(', '),
    ],
    ['Attested at', `${formatTime(order.attestedAt)} (the requester's clock)`],
    ['Last step in', `block ${order.block}, transaction ${order.position}`],
    ['Endorsed by', order.endorsers.join(', ')],
  ]);
}

function describeClocks({ clocks }: Proof): string {
  const at = (time: number | null) => (time === null ? '' : formatTime(time));
  const rows = clocks.map(({ suspensions, ...reading }) => [
    ...[reading.clock, reading.state, at(reading.startedAt), at(reading.due)],
    describeEnd(reading),
    suspensions.map(({ from, to }) => `${at(from)} to ${at(to)}`).join('; '),
  ]);
  return formatTable(['CLOCK', 'STATE', 'SINCE', 'DUE', '', 'SUSPENDED'], rows);
}

function describeSteps({ steps }: Proof): string {
  const rows = steps.map(({ sequence, event, member, recordedAt, countsFrom, late }) => [
    ...[String(sequence), event, formatTime(recordedAt), formatTime(countsFrom), member],
    late.length > 0 ? `late for ${late.join(', ')}` : '',
  ]);
  return formatTable(['STEP', 'EVENT', 'RECORDED', 'COUNTS FROM', 'BY', ''], rows);
}

function describeYield(acquisitions: Proof['acquisitions']): string {
  const rows = acquisitions.map(({ acquisition, items, bytes, batches, roots, ...one }) => [
    ...[acquisition, one.member, String(items), String(bytes)],
    ...[roots ? `${batches}, here` : `${batches}, not here`, one.closed ? 'yes' : 'no'],
    one.namesOrder ? 'yes' : 'no',
  ]);
  const head = ['ACQUISITION', 'BY', 'ITEMS', 'BYTES', 'BATCHES', 'CLOSED', 'NAMES THE ORDER'];
  return formatTable(head, rows);
}

function describeCustody(custody: NonNullable<Proof['custody']>): string {
  if (custody.length === 0) return `No chain of custody is in it. ${NO_MORE_SHOWN}`;
  const rows = custody.map(({ item, status, holder, steps, source }) => [
    ...[item, status, holder.member, String(steps.length - 1), source ?? ''],
  ]);
  const head = ['ITEM', 'STATUS', 'HELD BY', 'STEPS', 'MADE FROM'];
  return `${formatTable(head, rows)}\n${NO_MORE_SHOWN}`;
}

/** Whoever hands a proof on can leave chains of custody out of it. */
const NO_MORE_SHOWN = 'Whether more items have one, it does not show.';

function describeContent(content: NonNullable<Proof['contents']>[number]): string {
  const state = content.inForce ? 'as it stands' : 'corrected since';
  const rows = content.fields.map(({ id, text }) => [id, text]);
  return `What the ${content.for} was given to read, ${state}:\n${formatTable(['FIELD', 'TEXT'], rows)}`;
}

/** `watch alerts|alert|acknowledge`. */
import type { z } from 'zod';
import { shownAlert, shownLabel } from '../../watch/shape.ts';
import type { Invocation } from '../context.ts';
import { parseCount, parseDigits } from '../document.ts';
import { expectShape } from '../gateway-client.ts';
import type { Outcome } from '../output.ts';
import { getPage } from '../page.ts';
import { openSession } from '../session.ts';
import { formatFields, formatTable, formatTime, withMore } from '../table.ts';

interface PageFlags {
  readonly limit: string;
  readonly cursor?: string;
}

type Shown = z.infer<typeof shownAlert>;
const subjectOf = ({ batch, label, order, status, clock }: Shown): string =>
  order !== null
    ? [order, status, clock].filter((part) => part !== null).join(' ')
    : batch === null
      ? ''
      : label === null
        ? batch
        : `${batch}:${label}`;

const countOf = ({ count, order }: Shown): string => (order === null ? `${count}` : '');

export async function listAlerts(
  invocation: Invocation<PageFlags & { readonly watch?: string; readonly open?: true }>,
): Promise<Outcome> {
  const { limit, cursor, watch, open } = invocation.options;
  const { client } = await openSession(invocation);
  const query = {
    ...{ cursor, limit: `${parseCount('--limit', limit)}`, state: open && 'OPEN' },
    watch: watch === undefined ? undefined : parseDigits('a watch', 32, watch),
  };
  const page = await getPage(client, '/v1/watch/alerts', shownAlert, query);
  const rows = page.items.map((alert) => [
    ...[alert.id, alert.event, formatTime(alert.at), countOf(alert), subjectOf(alert)],
    alert.answerBy === null ? '' : formatTime(alert.answerBy),
    alert.acknowledgedAt === null ? 'open' : 'seen',
  ]);
  const heading = ['ALERT', 'WHAT', 'AT', 'LABELS', 'OF', 'ANSWER BY', 'STATE'];
  const text = rows.length === 0 ? 'no alerts' : formatTable(heading, rows);
  return { document: page, text: withMore(text, page.next) };
}

export async function showAlert(invocation: Invocation<PageFlags>): Promise<Outcome> {
  const { limit, cursor } = invocation.options;
  const path = `/v1/watch/alerts/${parseDigits('an alert', 32, invocation.args[0])}`;
  const { client } = await openSession(invocation);
  const alert = expectShape(shownAlert, (await client.get(path)).body);
  const query = { cursor, limit: `${parseCount('--limit', limit)}` };
  const labels = await getPage(client, `${path}/labels`, shownLabel, query);
  const rows = labels.items.map(({ index, address, reference }) => [
    ...[`${index}`, address, reference ?? ''],
  ]);
  const { event, at, watch, dispute, answerBy, acknowledgedAt, count } = alert;
  return {
    document: { alert, labels },
    text: [
      formatFields([
        ['What', describeEvent(alert)],
        ['At', formatTime(at)],
        ['Of', subjectOf(alert) || undefined],
        ...(event === 'OVERFLOW' || alert.order !== null ? [] : [['Labels', `${count}`] as const]),
        ['Dispute', dispute ?? undefined],
        ['Answer by', answerBy === null ? undefined : formatTime(answerBy)],
        ['Watch', watch],
        ['Seen', acknowledgedAt === null ? 'not yet' : formatTime(acknowledgedAt)],
      ]),
      ...(rows.length === 0 ? [] : [formatTable(['INDEX', 'ADDRESS', 'REFERENCE'], rows)]),
      ...(labels.next === null ? [] : [`more: --cursor ${labels.next}`]),
    ].join('\n\n'),
  };
}

function describeEvent({ event, count, block }: Shown): string {
  if (event === 'TEST') return 'TEST: nothing happened';
  if (event !== 'OVERFLOW') return event;
  const from = block === null ? '' : ` from block ${block} on`;
  return `OVERFLOW: too many alerts wait, ${count} more${from} are not listed: screen what is watched`;
}

export async function acknowledgeAlerts(invocation: Invocation): Promise<Outcome> {
  const ids = invocation.args.map((id) => parseDigits('an alert', 32, id));
  const { client } = await openSession(invocation);
  const alerts: Shown[] = [];
  for (const id of ids) {
    const { body } = await client.post(`/v1/watch/alerts/${id}/acknowledge`);
    alerts.push(expectShape(shownAlert, body));
  }
  return { document: { alerts }, text: `${alerts.length} seen` };
}

/** `order inbox|due|statistics`: what lies with the own member, by when, and what became of it. */
import type { z } from 'zod';
import { dueClock, orderSummary } from '../../order/shape.ts';
import { orderStatistics } from '../../order/statistics.ts';
import type { Invocation } from '../context.ts';
import { parseCount } from '../document.ts';
import { expectShape } from '../gateway-client.ts';
import type { Outcome } from '../output.ts';
import { getPage } from '../page.ts';
import { openSession } from '../session.ts';
import { formatFields, formatTable, formatTime, withMore } from '../table.ts';

interface PageFlags {
  readonly limit: string;
  readonly cursor?: string;
}

export interface InboxFlags extends PageFlags {
  readonly awaited?: true;
  readonly mine?: true;
  readonly side?: string;
  readonly kind?: string;
  readonly status?: string;
}

const upper = (text: string | undefined) => text?.toUpperCase();

/** What the own side is waited for, or else the other ones; before that, what is overdue. */
function describeAwaited({ side, awaits, escalated }: z.infer<typeof orderSummary>): string {
  const overdue = escalated.map((clock) => `overdue: ${clock}`);
  const own = awaits.filter((step) => step.side === side).map(({ verb }) => verb);
  if (own.length + overdue.length > 0) return [...overdue, ...own].join(', ');
  return [...new Set(awaits.map((step) => `(${step.side.toLowerCase()})`))].join(' ');
}

export async function listOrders(invocation: Invocation<InboxFlags>): Promise<Outcome> {
  const { limit, cursor, awaited, mine, side, kind, status } = invocation.options;
  const { client } = await openSession(invocation);
  const page = await getPage(client, '/v1/order/orders', orderSummary, {
    ...{ cursor, limit: `${parseCount('--limit', limit)}` },
    scope: mine ? 'MINE' : awaited ? 'AWAITED' : undefined,
    ...{ side: upper(side), kind: upper(kind), status: upper(status) },
  });
  const rows = page.items.map((shown) => {
    const { id, kind: asked, profile, act, addressee } = shown.record;
    const from = shown.side === 'ISSUER' ? `to ${addressee}` : `from ${act.member}`;
    return [
      ...[id, `${asked} ${profile.id}`, shown.side, from, shown.status],
      ...[describeAwaited(shown), formatTime(shown.changedAt)],
    ];
  });
  const heading = ['ORDER', 'ASKS', 'SIDE', 'WITH', 'STATUS', 'AWAITS', 'SINCE'];
  const text = rows.length === 0 ? 'no orders' : formatTable(heading, rows);
  return { document: page, text: withMore(text, page.next) };
}

export interface DueFlags extends PageFlags {
  readonly within: string;
  readonly overdue?: true;
  readonly unmarked?: true;
  readonly obliges?: string;
}

export async function listDue(invocation: Invocation<DueFlags>): Promise<Outcome> {
  const { limit, cursor, within, overdue, unmarked, obliges } = invocation.options;
  const { client } = await openSession(invocation);
  const isOver = overdue || unmarked;
  const page = await getPage(client, '/v1/order/due', dueClock, {
    ...{ cursor, limit: `${parseCount('--limit', limit)}`, obliges: upper(obliges) },
    ...(isOver ? { state: 'OVERDUE' } : { within: `${parseCount('--within', within)}` }),
    marked: unmarked ? 'false' : undefined,
  });
  const rows = page.items.map(({ order, clock, article, obliges: whom, ends, ...shown }) => [
    ...[order, clock, article, whom, formatTime(ends), shown.status],
    shown.marked ? 'marked' : shown.standing === 'RUNS' ? '' : shown.standing.toLowerCase(),
  ]);
  const heading = ['ORDER', 'CLOCK', 'ARTICLE', 'OBLIGES', 'ENDS', 'STATUS', ''];
  const none = isOver ? 'nothing is overdue' : 'nothing is due';
  const text = rows.length === 0 ? none : formatTable(heading, rows);
  return { document: page, text: withMore(text, page.next) };
}

export async function showStatistics(
  invocation: Invocation<{ readonly year: string; readonly issuer?: string }>,
): Promise<Outcome> {
  const { year, issuer } = invocation.options;
  const { client } = await openSession(invocation);
  const query = { year: `${parseCount('--year', year)}`, issuer };
  const { body } = await client.get('/v1/order/statistics', { query });
  const document = expectShape(orderStatistics, body);
  const parts = Object.entries(document.profiles).map(([profile, figures]) => {
    const { times, ...counts } = figures;
    const fields = Object.entries(counts).map(([name, value]) => [name, describe(value)] as const);
    const spans = Object.entries(times).map(([span, time]) => [
      ...[span, `${time.orders}`, describeSeconds(time.meanSeconds)],
      describeSeconds(time.medianSeconds),
    ]);
    return `${profile}\n${formatFields(fields)}\n${formatTable(['TIME', 'ORDERS', 'MEAN', 'MEDIAN'], spans)}`;
  });
  const definitions = Object.entries(document.definitions).map(
    ([name, text]) => `${name}: ${text}`,
  );
  const heading = `${document.issuer}, orders issued in ${document.year}`;
  const figures = parts.length === 0 ? ['none on this ledger'] : parts;
  return { document, text: [heading, ...figures, definitions.join('\n')].join('\n\n') };
}

const describe = (value: number | Readonly<Record<string, number>>): string =>
  typeof value === 'number'
    ? `${value}`
    : Object.entries(value)
        .map(([name, many]) => `${name} ${many}`)
        .join(', ') || '0';

const describeSeconds = (seconds: number | null): string =>
  seconds === null ? '' : `${seconds} s`;

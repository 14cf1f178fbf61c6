/** `custody list|show|inbox|stats`, `exhibit list|show`. */
import { acquisitionRecord } from '@tabellion/chaincode/evidence/record';
import { z } from 'zod';
import type { Awaited, ItemSummary } from '../../custody/item-list.ts';
import { describeLeftOut } from '../../custody/left-out.ts';
import { awaited, itemSummary } from '../../custody/shape.ts';
import { custodyStatistics } from '../../custody/statistics.ts';
import type { Invocation } from '../context.ts';
import { resolveItem } from '../custody/item-name.ts';
import { readItemLife } from '../custody/read-life.ts';
import { describeReceiver } from '../custody/standing.ts';
import { describeItem, describeReviews, describeTimeLine } from '../custody/time-line.ts';
import { parseCount } from '../document.ts';
import { expectShape } from '../gateway-client.ts';
import type { Outcome } from '../output.ts';
import { getPage } from '../page.ts';
import { openSession } from '../session.ts';
import { formatTable, formatTime } from '../table.ts';

const notice = z.looseObject({
  state: z.string(),
  acquisition: z.looseObject({
    record: acquisitionRecord,
    block: z.int(),
    flags: z.array(z.string()),
  }),
});

export interface ItemListFlags {
  readonly leaf?: string;
  readonly case?: string;
  readonly acquisition?: string;
  readonly holder?: string;
  readonly status?: string;
  readonly origin?: string;
  readonly offeredTo?: string;
  readonly flag?: string;
  readonly mirror?: string;
  readonly limit: string;
  readonly cursor?: string;
}

export async function listItems(invocation: Invocation<ItemListFlags>): Promise<Outcome> {
  const { limit, cursor, case: reference, ...flags } = invocation.options;
  const { leaf, acquisition, holder, status, origin, offeredTo, flag, mirror } = flags;
  const place = { leaf, acquisition, holder, status, origin, offeredTo, flag, mirror };
  const filter = { case: reference, ...place };
  const { client } = await openSession(invocation);
  const page = await getPage(client, '/v1/custody/items', itemSummary as z.ZodType<ItemSummary>, {
    ...filter,
    limit: `${parseCount('--limit', limit)}`,
    cursor,
  });
  const rows = page.items.map(({ record, head, flags: noted }) => [
    ...[record.item, record.case, record.origin.kind, head.status, describeReceiver(head.holder)],
    ...[head.offer === null ? '' : describeReceiver(head.offer.to), head.mirror ?? ''],
    noted.join(', '),
  ]);
  const heading = ['ITEM', 'CASE', 'ORIGIN', 'STATUS', 'HOLDER', 'OFFERED TO', 'MIRROR', 'FLAGS'];
  return { document: page, text: withMore(formatTable(heading, rows), page.next) };
}

export const listExhibits = (invocation: Invocation<ItemListFlags>): Promise<Outcome> =>
  listItems({ ...invocation, options: { ...invocation.options, origin: 'EXHIBIT' } });

export async function showItem(invocation: Invocation): Promise<Outcome> {
  const session = await openSession(invocation);
  const item = await resolveItem(session, invocation.args[0] as string);
  const { life } = await readItemLife(session.client, item);
  const parts = [
    describeItem(life),
    describeTimeLine(life),
    describeReviews(life),
    ...describeLeftOut(life),
    'HAPPENED is what the author claims, RECORDED when the ledger took it. The records are unchanged since;\nwhether what they say is true, the ledger does not know.',
  ];
  return { document: life, text: parts.filter((part) => part !== '').join('\n\n') };
}

export async function showInbox(
  invocation: Invocation<Pick<ItemListFlags, 'limit' | 'cursor'>>,
): Promise<Outcome> {
  const { limit, cursor } = invocation.options;
  const { client } = await openSession(invocation);
  const query = { limit: `${parseCount('--limit', limit)}`, cursor };
  const page = await getPage(client, '/v1/custody/inbox', awaited as z.ZodType<Awaited>, query);
  const rows = page.items.map(describeAwaited);
  const notices = await getPage(client, '/v1/evidence/notices', notice, {});
  rows.push(...notices.items.map(describeNotice));
  const heading = ['SINCE BLOCK', 'WAITS FOR', 'WHAT', 'CASE', 'FROM', 'REMARKS'];
  return {
    document: { ...page, notices },
    text:
      rows.length === 0
        ? 'nothing waits for your member'
        : withMore(formatTable(heading, rows), page.next),
  };
}

/** Acquisitions that touch the own jurisdiction (CNS-5). */
function describeNotice({ state, acquisition }: z.infer<typeof notice>): string[] {
  const { record, block, flags } = acquisition;
  const remarks = [...(state === 'NOTICE_OVERDUE' ? [state] : []), ...flags].join(', ');
  return [`${block}`, 'a position', record.id, record.case, record.act.member, remarks];
}

function describeAwaited(entry: Awaited): string[] {
  if (entry.kind === 'OBJECTION') {
    const { id, act, case: reference, answerBy } = entry.objection.record;
    const due = `answer by ${formatTime(answerBy)}${entry.overdue ? ', OVERDUE' : ''}`;
    return [`${entry.block}`, 'an answer', id, reference, describeReceiver(act), due];
  }
  const { record, head, flags } = entry.item;
  const to = head.offer?.to.person;
  const [what, from] =
    entry.kind === 'OFFER'
      ? ['acceptance', describeReceiver(head.holder)]
      : ['confirmation', record.act.member];
  const remarks = [...(to === undefined ? [] : [`for ${to}`]), ...flags].join(', ');
  return [`${entry.block}`, what, record.item, record.case, from, remarks];
}

export async function showStatistics(invocation: Invocation): Promise<Outcome> {
  const { client } = await openSession(invocation);
  const { body } = await client.get('/v1/custody/statistics');
  const counted = expectShape(custodyStatistics, body);
  const { definitions, height: _, ...groups } = counted;
  const rows = Object.entries(groups).flatMap(([group, figures]) => flatten(group, figures));
  const meanings = Object.entries(definitions).map(([name, meaning]) => `${name}: ${meaning}`);
  return {
    document: counted,
    text: [formatTable(['FIGURE', 'VALUE'], rows), meanings.join('\n')].join('\n\n'),
  };
}

/** Nested figures as `group.name` rows. */
function flatten(name: string, value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [[name, `${value ?? 'none yet'}`]];
  return Object.entries(value).flatMap(([key, inner]) => flatten(`${name}.${key}`, inner));
}

const withMore = (table: string, next: string | null) =>
  next === null ? table : `${table}\n\nmore: --cursor ${next}`;

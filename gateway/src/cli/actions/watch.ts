/** `watch create|list|change|remove|add|drop|addresses|oversee|take-over|end`. */
import { z } from 'zod';
import { EXIT } from '../../explain/exit-code.ts';
import type { Query } from '../../label/screen.ts';
import {
  added,
  changedWatch,
  newWatch,
  overseenWatch,
  shownEntry,
  shownWatch,
} from '../../watch/shape.ts';
import type { Invocation } from '../context.ts';
import { checkInput, parseCount, parseDigits } from '../document.ts';
import { CliError } from '../failure.ts';
import { expectShape, type GatewayClient } from '../gateway-client.ts';
import { type AddressFlags, gatherAddresses } from '../label/screen-input.ts';
import type { Outcome } from '../output.ts';
import { getPage } from '../page.ts';
import { expectPurpose } from '../purpose.ts';
import { openSession } from '../session.ts';
import { formatFields, formatTable, formatTime, withMore } from '../table.ts';

interface PageFlags {
  readonly limit: string;
  readonly cursor?: string;
}

/** Addresses of one request. */
const GROUP = 1000;

const pathOf = (id: string | undefined) => `/v1/watch/sets/${parseDigits('a watch', 32, id)}`;

type Shown = z.infer<typeof shownWatch>;
const describe = ({ id, name, kind, categories, access, size }: Shown): string =>
  formatFields([
    ['Watch', id],
    ['Name', name],
    [
      'Of',
      kind === 'ADDRESSES'
        ? `${size} addresses`
        : kind === 'DISPUTES'
          ? 'disputes to answer'
          : kind === 'ORDERS'
            ? 'orders and their clocks'
            : categories.join(', '),
    ],
    ['Seen by', access === 'MEMBER' ? 'all of your member' : 'you'],
  ]);

const tell = (watch: Shown): Outcome => ({ document: watch, text: describe(watch) });

export async function createWatch(
  invocation: Invocation<{
    readonly name: string;
    readonly shared?: true;
    readonly category?: string[];
  }>,
): Promise<Outcome> {
  const { name, shared, category: categories } = invocation.options;
  const access = shared ? 'MEMBER' : 'OWNER';
  const json = checkInput(newWatch, { name, access, ...(categories && { categories }) });
  const { client } = await openSession(invocation);
  const { body } = await client.post('/v1/watch/sets', { json });
  return tell(expectShape(shownWatch, body));
}

export async function listWatches(invocation: Invocation<PageFlags>): Promise<Outcome> {
  const { limit, cursor } = invocation.options;
  const { client } = await openSession(invocation);
  const query = { cursor, limit: `${parseCount('--limit', limit)}` };
  const page = await getPage(client, '/v1/watch/sets', shownWatch, query);
  const rows = page.items.map(({ id, name, kind, size, categories, access, open }) => [
    ...[id, kind, kind === 'ADDRESSES' ? `${size}` : categories.join(', '), access, `${open}`],
    name,
  ]);
  const table = formatTable(['WATCH', 'KIND', 'OF', 'SEEN BY', 'OPEN', 'NAME'], rows);
  return { document: page, text: withMore(table, page.next) };
}

export async function changeWatch(
  invocation: Invocation<{
    readonly name?: string;
    readonly access?: string;
    readonly category?: string[];
  }>,
): Promise<Outcome> {
  const { name, access, category: categories } = invocation.options;
  const change = { ...(name !== undefined && { name }), ...(access !== undefined && { access }) };
  const json = checkInput(changedWatch, { ...change, ...(categories && { categories }) });
  if (Object.keys(json).length === 0) throw new CliError('USAGE', 'say what is to change');
  const path = pathOf(invocation.args[0]);
  const { client } = await openSession(invocation);
  const { body } = await client.post(path, { json });
  return tell(expectShape(shownWatch, body));
}

export async function removeWatch(invocation: Invocation): Promise<Outcome> {
  const path = pathOf(invocation.args[0]);
  const { client } = await openSession(invocation);
  await client.post(`${path}/remove`);
  return { document: { removed: invocation.args[0] }, text: 'it is no longer watched' };
}

export async function overseeWatches(invocation: Invocation<PageFlags>): Promise<Outcome> {
  const { limit, cursor } = invocation.options;
  const { client } = await openSession(invocation);
  const query = { cursor, limit: `${parseCount('--limit', limit)}` };
  const page = await getPage(client, '/v1/watch/oversight', overseenWatch, query);
  const rows = page.items.map(({ id, kind, size, access, open, own, owner, createdAt, name }) => [
    ...[id, kind, kind === 'ADDRESSES' ? `${size}` : '', access, `${open}`],
    ...[own ? 'you' : owner, formatTime(createdAt), name],
  ]);
  const heading = ['WATCH', 'KIND', 'ADDRESSES', 'SEEN BY', 'OPEN', 'OWNER', 'SINCE', 'NAME'];
  const table = rows.length === 0 ? 'no watches' : formatTable(heading, rows);
  return { document: page, text: withMore(table, page.next) };
}

interface OversightFlags {
  readonly purpose: string;
}
const overseenPath = (id: string | undefined) =>
  `/v1/watch/oversight/${parseDigits('a watch', 32, id)}`;

export async function takeOverWatch(invocation: Invocation<OversightFlags>): Promise<Outcome> {
  const path = overseenPath(invocation.args[0]);
  const headers = expectPurpose(invocation.options.purpose);
  const { client } = await openSession(invocation);
  return tell(expectShape(shownWatch, (await client.post(`${path}/take-over`, { headers })).body));
}

export async function endWatch(invocation: Invocation<OversightFlags>): Promise<Outcome> {
  const path = overseenPath(invocation.args[0]);
  const headers = expectPurpose(invocation.options.purpose);
  const { client } = await openSession(invocation);
  await client.post(`${path}/end`, { headers });
  return { document: { ended: invocation.args[0] }, text: 'it is no longer watched' };
}

export async function addAddresses(
  invocation: Invocation<AddressFlags & { readonly purpose: string }>,
): Promise<Outcome> {
  const headers = expectPurpose(invocation.options.purpose);
  const { client, path, queries, refused } = await prepare(invocation);
  const total = { added: 0, present: 0, size: 0 };
  for (const [start, group] of groupsOf(queries)) {
    const { body } = await client.post(`${path}/add`, { json: { addresses: group }, headers });
    const done = expectShape(added, body);
    total.added += done.added;
    total.present += done.present;
    total.size = done.size;
    refused.push(
      ...done.refused.map(({ at, code }) => ({ address: queries[start + at]!.address, code })),
    );
  }
  return {
    document: { ...total, refused },
    text: [
      `${total.added} watched from now on, ${total.present} were already; ${total.size} in all`,
      ...refused.map(({ address, code }) => `not watched: ${address} (${code})`),
    ].join('\n'),
    exit: refused.length > 0 ? EXIT.incomplete : EXIT.done,
  };
}

export async function dropAddresses(invocation: Invocation<AddressFlags>): Promise<Outcome> {
  const { client, path, queries } = await prepare(invocation);
  let removed = 0;
  let size = 0;
  for (const [, group] of groupsOf(queries)) {
    const { body } = await client.post(`${path}/drop`, { json: { addresses: group } });
    const done = expectShape(z.object({ removed: z.int(), size: z.int() }), body);
    removed += done.removed;
    ({ size } = done);
  }
  return { document: { removed, size }, text: `${removed} no longer watched; ${size} still are` };
}

export async function listAddresses(invocation: Invocation<PageFlags>): Promise<Outcome> {
  const { limit, cursor } = invocation.options;
  const path = pathOf(invocation.args[0]);
  const { client } = await openSession(invocation);
  const query = { cursor, limit: `${parseCount('--limit', limit)}` };
  const page = await getPage(client, `${path}/addresses`, shownEntry, query);
  const rows = page.items.map(({ address, reference }) => [address, reference ?? '']);
  const table = formatTable(['ADDRESS', 'REFERENCE'], rows);
  return { document: page, text: withMore(rows.length === 0 ? 'no addresses' : table, page.next) };
}

async function prepare(invocation: Invocation<AddressFlags>): Promise<{
  readonly client: GatewayClient;
  readonly path: string;
  readonly queries: readonly Query[];
  readonly refused: { address: string; code: string }[];
}> {
  const [id, ...words] = invocation.args;
  const path = pathOf(id);
  const asked = await gatherAddresses(invocation.context, words, invocation.options);
  const queries: Query[] = [];
  const refused: { address: string; code: string }[] = [];
  for (const each of asked) {
    if ('query' in each) queries.push(each.query);
    else refused.push({ address: each.answer.submitted, code: each.answer.code! });
  }
  const { client } = await openSession(invocation);
  return { client, path, queries, refused };
}

function* groupsOf(queries: readonly Query[]): Generator<readonly [number, readonly Query[]]> {
  for (let start = 0; start < queries.length; start += GROUP)
    yield [start, queries.slice(start, start + GROUP)];
}

/** `webhook …`. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { EXIT } from '../../explain/exit-code.ts';
import {
  messageId,
  overseenEndpoint,
  registered,
  shownEndpoint,
  shownMessage,
} from '../../webhook/shape.ts';
import type { Invocation } from '../context.ts';
import { checkInput, parseCount, parseDigits } from '../document.ts';
import { expectShape, type GatewayClient } from '../gateway-client.ts';
import { parsePurpose } from '../label/purpose.ts';
import { writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { getPage } from '../page.ts';
import { openSession } from '../session.ts';
import { formatFields, formatTable, formatTime, withMore } from '../table.ts';

const ENDPOINTS = '/v1/webhook/endpoints';
/** How long a test waits for its delivery, milliseconds. */
const WAIT_MS = 20_000;
const LOOK_MS = 250;

interface SecretFlags {
  readonly secretFile?: string;
}

const pathOf = (id: string | undefined) => `${ENDPOINTS}/${parseDigits('an endpoint', 32, id)}`;

type Shown = z.infer<typeof shownEndpoint>;
const describe = ({ id, url, state, reason, failingSince, dropped }: Shown): string =>
  formatFields([
    ['Endpoint', id],
    ['URL', url],
    ['State', reason === null ? state : `${state}: ${reason}`],
    ['Failing since', failingSince === null ? undefined : formatTime(failingSince)],
    ['Dropped', dropped === 0 ? undefined : `${dropped} messages found the queue full`],
  ]);

async function tellSecret(
  { endpoint, secret, ...rest }: z.infer<typeof registered>,
  file: string | undefined,
): Promise<Outcome> {
  if (file === undefined) {
    const text = `${describe(endpoint)}\n\nThe secret, shown this once:\n${secret}`;
    return { document: { endpoint, secret, ...rest }, text };
  }
  await writeNewFile(file, [Buffer.from(`${secret}\n`)], false, 0o600);
  return {
    document: { endpoint, ...rest },
    text: `${describe(endpoint)}\n\nThe secret is in ${file}`,
  };
}

export async function registerWebhook(invocation: Invocation<SecretFlags>): Promise<Outcome> {
  const { client } = await openSession(invocation);
  const { body } = await client.post(ENDPOINTS, { json: { url: invocation.args[0] } });
  return tellSecret(expectShape(registered, body), invocation.options.secretFile);
}

export async function listWebhooks(invocation: Invocation): Promise<Outcome> {
  const { client } = await openSession(invocation);
  const page = await getPage(client, ENDPOINTS, shownEndpoint, {});
  const rows = page.items.map(({ id, state, reason, failingSince, url }) => [
    ...[id, reason === null ? state : `${state}: ${reason}`],
    ...[failingSince === null ? '' : formatTime(failingSince), url],
  ]);
  const table = formatTable(['ENDPOINT', 'STATE', 'FAILING SINCE', 'URL'], rows);
  return { document: page, text: rows.length === 0 ? 'no endpoints' : table };
}

const change = async (invocation: Invocation, json: object): Promise<Outcome> => {
  const path = pathOf(invocation.args[0]);
  const { client } = await openSession(invocation);
  const shown = expectShape(shownEndpoint, (await client.post(path, { json })).body);
  return { document: shown, text: describe(shown) };
};
export const changeWebhook = (invocation: Invocation) =>
  change(invocation, { url: invocation.args[1] });
export const enableWebhook = (invocation: Invocation) => change(invocation, { state: 'ENABLED' });
export const disableWebhook = (invocation: Invocation) => change(invocation, { state: 'DISABLED' });

export async function removeWebhook(invocation: Invocation): Promise<Outcome> {
  const path = pathOf(invocation.args[0]);
  const { client } = await openSession(invocation);
  await client.post(`${path}/remove`);
  return { document: { removed: invocation.args[0] }, text: 'nothing is sent there any more' };
}

export async function overseeWebhooks(invocation: Invocation): Promise<Outcome> {
  const { client } = await openSession(invocation);
  const page = await getPage(client, '/v1/webhook/oversight', overseenEndpoint, {});
  const rows = page.items.map(({ id, state, reason, own, owner, createdAt, host }) => [
    ...[id, reason === null ? state : `${state}: ${reason}`],
    ...[own ? 'you' : owner, formatTime(createdAt), host],
  ]);
  const table = formatTable(['ENDPOINT', 'STATE', 'OWNER', 'SINCE', 'HOST'], rows);
  return { document: page, text: rows.length === 0 ? 'no endpoints' : table };
}

export async function endWebhook(
  invocation: Invocation<{ readonly purpose: string }>,
): Promise<Outcome> {
  const id = parseDigits('an endpoint', 32, invocation.args[0]);
  const headers = { 'tabellion-purpose': parsePurpose(invocation.options.purpose) };
  const { client } = await openSession(invocation);
  await client.post(`/v1/webhook/oversight/${id}/end`, { headers });
  return { document: { ended: id }, text: 'nothing is sent there any more' };
}

export async function rotateSecret(
  invocation: Invocation<SecretFlags & { readonly overlap: string }>,
): Promise<Outcome> {
  const { overlap, secretFile } = invocation.options;
  const json = { overlapHours: parseCount('--overlap', overlap) };
  const path = pathOf(invocation.args[0]);
  const { client } = await openSession(invocation);
  const { body } = await client.post(`${path}/rotate`, { json });
  const shape = z.object({ ...registered.shape, ends: z.int() });
  return tellSecret(expectShape(shape, body), secretFile);
}

type ShownMessage = z.infer<typeof shownMessage>;
const HEADING = ['MESSAGE', 'TYPE', 'MADE', 'STATE', 'ATTEMPTS', 'LAST', 'NEXT'];
const rowOf = ({ id, type, createdAt, state, attempts, nextAt }: ShownMessage): string[] => {
  const last = attempts.at(-1);
  const status = last?.status ?? null;
  return [
    ...[id, type, formatTime(createdAt), state, `${attempts.length}`],
    last === undefined ? '' : last.code + (status === null ? '' : ` ${status}`),
    nextAt === null ? '' : formatTime(nextAt),
  ];
};

export async function testWebhook(invocation: Invocation): Promise<Outcome> {
  const path = pathOf(invocation.args[0]);
  const { client, signal } = await openSession(invocation);
  const { body } = await client.post(`${path}/test`);
  const { id } = expectShape(shownMessage, body);
  const ends = invocation.context.now() + WAIT_MS;
  for (;;) {
    const message = await findMessage(client, path, id);
    const isTried = message.attempts.length > 0;
    if (isTried || invocation.context.now() > ends) {
      const isDelivered = message.state === 'DELIVERED';
      const text = formatTable(HEADING, [rowOf(message)]);
      return { document: message, text, exit: isDelivered ? EXIT.done : EXIT.unknown };
    }
    await delay(LOOK_MS, undefined, { signal });
  }
}

/** @throws CliError `BAD_ANSWER`. */
async function findMessage(client: GatewayClient, path: string, id: string): Promise<ShownMessage> {
  let cursor: string | undefined;
  for (;;) {
    const query = { limit: '200', cursor };
    const page = await getPage(client, `${path}/messages`, shownMessage, query);
    const found = page.items.find((message) => message.id === id);
    if (found !== undefined) return found;
    cursor = page.next ?? undefined;
    if (cursor === undefined) return expectShape(shownMessage, undefined);
  }
}

export async function listMessages(
  invocation: Invocation<{ readonly limit: string; readonly cursor?: string }>,
): Promise<Outcome> {
  const { limit, cursor } = invocation.options;
  const path = pathOf(invocation.args[0]);
  const { client } = await openSession(invocation);
  const query = { cursor, limit: `${parseCount('--limit', limit)}` };
  const page = await getPage(client, `${path}/messages`, shownMessage, query);
  const rows = page.items.map(rowOf);
  const text = rows.length === 0 ? 'no messages' : formatTable(HEADING, rows);
  return { document: page, text: withMore(text, page.next) };
}

export async function redeliverMessage(invocation: Invocation): Promise<Outcome> {
  const path = pathOf(invocation.args[0]);
  const id = checkInput(messageId, invocation.args[1]);
  const { client } = await openSession(invocation);
  const { body } = await client.post(`${path}/messages/${id}/redeliver`);
  const message = expectShape(shownMessage, body);
  return { document: message, text: formatTable(HEADING, [rowOf(message)]) };
}

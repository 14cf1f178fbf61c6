/** The ledger itself: events as they happen, blocks for those who audit, and what to trust. */
import { digestHex } from '@tabellion/chaincode/kernel/schema';
import { toBase64url, trust, utf8 } from '@tabellion/proof';
import { z } from 'zod';
import { createEventFeed, type FeedEvent } from '../projection/event-feed.ts';
import type { GatewayDeps } from './deps.ts';
import { type AnyEndpoint, defineEndpoint } from './endpoint.ts';
import { EVENT_STREAM, replyWithEvents, whileActive } from './event-stream.ts';
import { NDJSON } from './item-body.ts';
import type { GatewayLimits } from './limits.ts';
import { Problem } from './problem.ts';
import { base64urlText, integerText } from './schema.ts';
import { createStanding } from './standing.ts';

const MAX_BLOCKS = 1000;
const tag = 'ledger';
const START = [-1, -1] as const;

const eventData = z.strictObject({
  txId: digestHex,
  at: z.int(),
  late: z.boolean(),
  key: z.string(),
  record: z.looseObject({}),
});
/** A server-sent event as OpenAPI describes it: its data are JSON text. */
const event = z.strictObject({
  id: z.string().meta({ description: '`<block>.<position>`' }),
  event: z.string().meta({ description: 'Function name' }),
  data: z
    .string()
    .meta({ contentMediaType: 'application/json', contentSchema: toSchema(eventData) }),
});

function toSchema(schema: z.ZodType) {
  const { $schema: _, ...described } = z.toJSONSchema(schema);
  return described;
}

export function ledgerEndpoints(deps: GatewayDeps, limits: GatewayLimits): AnyEndpoint[] {
  const { ledger, projection } = deps;
  const feed = createEventFeed(projection);
  const standing = createStanding(deps);

  return [
    defineEndpoint({
      method: 'get',
      path: '/v1/events',
      id: 'followEvents',
      tag,
      summary: 'Server-sent events: one for each valid transaction; resumes after `Last-Event-ID`',
      access: 'member',
      logged: true,
      open: true,
      answers: {
        200: {
          description: 'Events, and comments while nothing happens',
          schema: event,
          mediaType: EVENT_STREAM,
        },
      },
      handle: async ({ headers, principal, signal }) => {
        const after = readLastEventId(headers['last-event-id']);
        const events = nameEvents(feed.follow(after, limits.heartbeatMs, signal));
        const body = whileActive(standing, principal, events);
        return { ...replyWithEvents(body), disclosed: ['events'] };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/ledger/blocks',
      id: 'readBlocks',
      tag,
      summary: 'Blocks as the ledger holds them, a line each',
      access: 'member',
      query: z.strictObject({
        from: integerText(0, Number.MAX_SAFE_INTEGER).default(0),
        limit: integerText(1, MAX_BLOCKS).default(100),
      }),
      logged: true,
      open: true,
      answers: {
        200: {
          description: 'Lines of `{number, block}`; `block` is `common.Block`',
          schema: z.strictObject({ number: z.int(), block: base64urlText }),
          mediaType: NDJSON,
        },
      },
      handle: async ({ query: { from, limit }, principal, signal }) => {
        const height = await ledger.height();
        return {
          status: 200,
          mediaType: NDJSON,
          headers: { 'tabellion-height': String(height) },
          body: whileActive(
            standing,
            principal,
            readBlocks(from, Math.min(height, from + limit), signal),
          ),
          disclosed: ['blocks'],
        };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/trust',
      id: 'showTrust',
      tag,
      summary: 'The trust file: compare it with one you got by another way',
      access: 'public',
      answers: { 200: { description: 'The trust file', schema: trust } },
      handle: async () => ({ status: 200, body: await deps.trust() }),
    }),
  ];

  async function* readBlocks(from: number, end: number, signal: AbortSignal) {
    if (from >= end) return;
    let number = from;
    for await (const block of ledger.blocks(from, { signal })) {
      yield utf8(`${JSON.stringify({ number, block: toBase64url(block) })}\n`);
      number += 1;
      if (number >= end) return;
    }
  }
}

/** `<block>.<position>`. @throws Problem `BAD_REQUEST`. */
function readLastEventId(header: string | string[] | undefined): readonly [number, number] {
  if (header === undefined) return START;
  const parts = /^(\d{1,15})\.(\d{1,9})$/.exec(String(header));
  if (!parts) throw new Problem('BAD_REQUEST', 'Last-Event-ID is not <block>.<position>');
  return [Number(parts[1]), Number(parts[2])];
}

async function* nameEvents(events: AsyncIterable<FeedEvent | 'heartbeat'>) {
  for await (const event of events) {
    if (event === 'heartbeat') {
      yield event;
      continue;
    }
    const { block, position, name, ...data } = event;
    yield { id: `${block}.${position}`, name, data };
  }
}

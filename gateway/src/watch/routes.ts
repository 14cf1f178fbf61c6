/** `/v1/watch/sets`: what somebody watches. Addresses stand in bodies, never in a URL. */
import type { IncomingHttpHeaders } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { toHex } from '@tabellion/proof';
import { z } from 'zod';
import type { GatewayDeps, Principal } from '../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../http/endpoint.ts';
import { NDJSON } from '../http/item-body.ts';
import { pseudonymOf } from '../http/pseudonym.ts';
import { readPurpose, requirePurpose } from '../http/purpose.ts';
import { recordEnding } from '../http/record-ending.ts';
import { limitText, pageOf } from '../http/schema.ts';
import { assertSealed } from '../journal/assert-sealed.ts';
import type { Query } from '../label/screen.ts';
import { MAX_QUERIES, readGroups } from '../label/screen-routes.ts';
import { commitScreening } from '../label/screening-entry.ts';
import { query } from '../label/shape.ts';
import { cursorOf, toPage } from '../projection/cursor.ts';
import { WATCHERS } from './roles.ts';
import {
  added,
  changedWatch,
  newWatch,
  shownEntry,
  shownWatch,
  showWatch,
  watchId,
} from './shape.ts';
import type { Viewer } from './store.ts';

const tag = 'watch';
const byId = z.strictObject({ id: watchId });
const addresses = z.strictObject({ addresses: z.array(query).min(1).max(MAX_QUERIES) });
const START = new Uint8Array();
/** Refusals that an answer names; of more it has the number. */
const MAX_REFUSED = 100;
const PART = 100;

export const viewerOf = (principal: Principal): Viewer => ({
  member: principal.member,
  who: pseudonymOf(principal),
});

export function watchEndpoints(deps: GatewayDeps): AnyEndpoint[] {
  const { watches, labels, journal, projection } = deps;
  /**
   * To watch is to ask for as long as it lasts, and is on record as a screening is: who, why, how many,
   * and a commitment to which (O-3, LBL-14). @throws Problem `PURPOSE_MISSING`, `NOT_READY`, `KEY_NOT_HELD`.
   */
  const recordAdding = async (
    principal: Principal,
    headers: IncomingHttpHeaders,
    queries: readonly Query[],
  ): Promise<void> => {
    const purpose = requirePurpose(headers);
    assertSealed(deps, principal);
    const ledger = labels.nameLedger();
    const { commitment, answers, opening } = commitScreening(queries, '');
    await journal.recordSealed(
      {
        kind: 'SCREENING',
        member: principal.member,
        who: pseudonymOf(principal),
        role: principal.role,
        operation: 'watchAddresses',
        purpose,
        queries: queries.length,
        commitment,
        answers,
        ledger,
        height: projection.height,
      },
      opening,
    );
  };

  return [
    defineEndpoint({
      method: 'post',
      path: '/v1/watch/sets',
      id: 'createWatch',
      tag,
      summary: 'Begin to watch addresses, or all that is filed under some categories',
      access: WATCHERS,
      body: newWatch,
      answers: { 201: { description: 'The watch, empty as yet', schema: shownWatch } },
      refusals: [422],
      handle: async ({ principal, body }) => {
        const viewer = viewerOf(principal);
        return { status: 201, body: showWatch(watches.create(viewer, body), viewer.who) };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/watch/sets',
      id: 'listWatches',
      tag,
      summary: 'Watches that the caller may see',
      access: WATCHERS,
      query: z.strictObject({ cursor: cursorOf([z.int().min(0)]).optional(), limit: limitText }),
      answers: { 200: { description: 'A page', schema: pageOf(shownWatch) } },
      handle: async ({ principal, query: { cursor: [after] = [0], limit } }) => {
        const viewer = viewerOf(principal);
        const found = watches.list(viewer, after, limit + 1);
        const page = toPage(
          found,
          limit,
          ({ number }) => [number],
          (each) => showWatch(each, viewer.who),
        );
        return { status: 200, body: { ...page, height: projection.height } };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/watch/sets/:id',
      id: 'showWatch',
      tag,
      summary: 'One watch',
      access: WATCHERS,
      params: byId,
      answers: { 200: { description: 'The watch', schema: shownWatch } },
      handle: async ({ principal, params: { id } }) => {
        const viewer = viewerOf(principal);
        return { status: 200, body: showWatch(watches.find(id, viewer), viewer.who) };
      },
    }),
    defineEndpoint({
      method: 'post',
      path: '/v1/watch/sets/:id',
      id: 'changeWatch',
      tag,
      summary: 'Change the name of a watch, who sees it, or its categories',
      access: WATCHERS,
      params: byId,
      body: changedWatch,
      answers: { 200: { description: 'The watch as it is now', schema: shownWatch } },
      handle: async ({ principal, params: { id }, body }) => {
        const viewer = viewerOf(principal);
        return { status: 200, body: showWatch(watches.change(id, viewer, body), viewer.who) };
      },
    }),
    defineEndpoint({
      method: 'post',
      path: '/v1/watch/sets/:id/remove',
      id: 'removeWatch',
      tag,
      summary: 'End a watch, with its addresses and its alerts',
      access: WATCHERS,
      params: byId,
      answers: { 204: { description: 'Gone' } },
      handle: async ({ principal, params: { id }, headers }) => {
        const viewer = viewerOf(principal);
        watches.findToChange(id, viewer);
        await recordEnding(journal, principal, {
          ...{ operation: 'removeWatch', object: `watch/${id}`, purpose: readPurpose(headers) },
        });
        watches.remove(id, viewer);
        return { status: 204 };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/watch/sets/:id/addresses',
      id: 'listWatchedAddresses',
      tag,
      summary: 'The addresses that are watched',
      access: WATCHERS,
      params: byId,
      query: z.strictObject({
        cursor: cursorOf([z.string().regex(/^([0-9a-f]{2}){2,70}$/)]).optional(),
        limit: limitText,
      }),
      answers: { 200: { description: 'A page', schema: pageOf(shownEntry) } },
      handle: async ({ principal, params: { id }, query: { cursor, limit } }) => {
        const after = cursor === undefined ? START : Buffer.from(cursor[0], 'hex');
        const found = watches.listAddresses(id, viewerOf(principal), after, limit + 1);
        const show = ({ address, reference }: (typeof found)[number]) => ({ address, reference });
        const page = toPage(found, limit, ({ key }) => [toHex(key)], show);
        return { status: 200, body: { ...page, height: projection.height } };
      },
    }),
    defineEndpoint({
      method: 'post',
      path: '/v1/watch/sets/:id/add',
      id: 'watchAddresses',
      tag,
      summary:
        'Watch addresses from now on; `Tabellion-Purpose` says why. A query a line, or some as JSON',
      access: WATCHERS,
      params: byId,
      body: addresses,
      streams: [NDJSON],
      answers: { 200: { description: 'What became of them', schema: added } },
      refusals: [422],
      handle: async ({ principal, params: { id }, body, stream, headers }) => {
        const viewer = viewerOf(principal);
        const total = { added: 0, present: 0, refusals: 0 };
        const refused: { at: number; code: string }[] = [];
        let before = 0;
        for await (const group of groupsOf(body, stream)) {
          watches.findForAddresses(id, viewer);
          await recordAdding(principal, headers, group);
          for (const [start, part] of partsOf(group)) {
            const done = watches.addAddresses(id, viewer, part);
            total.added += done.added;
            total.present += done.present;
            total.refusals += done.refused.length;
            for (const { at, code } of done.refused)
              if (refused.length < MAX_REFUSED) refused.push({ at: before + start + at, code });
            await setImmediate();
          }
          before += group.length;
        }
        const { size } = watches.find(id, viewer);
        return { status: 200, body: { ...total, refused, size } };
      },
    }),
    defineEndpoint({
      method: 'post',
      path: '/v1/watch/sets/:id/drop',
      id: 'dropAddresses',
      tag,
      summary: 'Watch these addresses no longer',
      access: WATCHERS,
      params: byId,
      body: addresses,
      streams: [NDJSON],
      answers: {
        200: {
          description: 'How many were watched, and how many are now',
          schema: z.strictObject({ removed: z.int(), size: z.int() }),
        },
      },
      handle: async ({ principal, params: { id }, body, stream, headers }) => {
        const viewer = viewerOf(principal);
        watches.findForAddresses(id, viewer);
        await recordEnding(journal, principal, {
          ...{ operation: 'dropAddresses', object: `watch/${id}`, purpose: readPurpose(headers) },
        });
        let removed = 0;
        for await (const group of groupsOf(body, stream))
          removed += watches.dropAddresses(id, viewer, group).removed;
        return { status: 200, body: { removed, size: watches.find(id, viewer).size } };
      },
    }),
  ];
}

/** What is written at once, so that others get their turn. */
function* partsOf(group: readonly Query[]): Generator<readonly [number, readonly Query[]]> {
  for (let start = 0; start < group.length; start += PART)
    yield [start, group.slice(start, start + PART)];
}

async function* groupsOf(
  body: z.infer<typeof addresses> | undefined,
  stream: AsyncIterable<Uint8Array> | undefined,
): AsyncGenerator<Query[]> {
  if (stream === undefined) yield body!.addresses;
  else yield* readGroups(stream);
}

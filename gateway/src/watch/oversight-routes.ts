/** `/v1/watch/oversight`: for a member's delegate, what its people watch and may have left behind. */
import { z } from 'zod';
import type { GatewayDeps } from '../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../http/endpoint.ts';
import { requirePurpose } from '../http/purpose.ts';
import { recordEnding } from '../http/record-ending.ts';
import { limitText, pageOf } from '../http/schema.ts';
import { cursorOf, toPage } from '../projection/cursor.ts';
import { viewerOf } from './routes.ts';
import { overseenWatch, shownWatch, showOverseen, showWatch, watchId } from './shape.ts';

const tag = 'watch';
const byId = z.strictObject({ id: watchId });

export function oversightEndpoints({ watches, journal, projection }: GatewayDeps): AnyEndpoint[] {
  const { oversight } = watches;
  return [
    defineEndpoint({
      method: 'get',
      path: '/v1/watch/oversight',
      id: 'listOverseenWatches',
      tag,
      summary:
        'Every watch that somebody of the own member made, private ones too: whose it is and how large, not what it is about',
      access: ['delegate'],
      query: z.strictObject({ cursor: cursorOf([z.int().min(0)]).optional(), limit: limitText }),
      logged: true,
      answers: { 200: { description: 'A page', schema: pageOf(overseenWatch) } },
      handle: async ({ principal, query: { cursor: [after] = [0], limit } }) => {
        const { member, who } = viewerOf(principal);
        const found = oversight.list(member, after, limit + 1);
        const page = toPage(
          found,
          limit,
          ({ number }) => [number],
          (each) => showOverseen(each, who),
        );
        return {
          status: 200,
          body: { ...page, height: projection.height },
          disclosed: ['watches', ...page.items.map(({ id }) => `watch/${id}`)],
        };
      },
    }),
    defineEndpoint({
      method: 'post',
      path: '/v1/watch/oversight/:id/take-over',
      id: 'takeOverWatch',
      tag,
      summary:
        'Make a watch of the own member one’s own, with its addresses and alerts; `Tabellion-Purpose` says why',
      access: ['delegate'],
      params: byId,
      answers: { 200: { description: 'The watch as it is now', schema: shownWatch } },
      refusals: [422],
      handle: async ({ principal, params: { id }, headers }) => {
        const purpose = requirePurpose(headers);
        const viewer = viewerOf(principal);
        const { owner } = oversight.find(id, viewer.member);
        oversight.assertRoom(id, viewer);
        await recordEnding(journal, principal, {
          operation: 'takeOverWatch',
          object: `watch/${id}`,
          owner,
          purpose,
        });
        return { status: 200, body: showWatch(oversight.takeOver(id, viewer), viewer.who) };
      },
    }),
    defineEndpoint({
      method: 'post',
      path: '/v1/watch/oversight/:id/end',
      id: 'endWatch',
      tag,
      summary:
        'End a watch of the own member, with its addresses and its alerts; `Tabellion-Purpose` says why',
      access: ['delegate'],
      params: byId,
      answers: { 204: { description: 'Gone' } },
      refusals: [422],
      handle: async ({ principal, params: { id }, headers }) => {
        const purpose = requirePurpose(headers);
        const viewer = viewerOf(principal);
        const { owner } = oversight.find(id, viewer.member);
        await recordEnding(journal, principal, {
          operation: 'endWatch',
          object: `watch/${id}`,
          owner,
          purpose,
        });
        oversight.end(id, viewer);
        return { status: 204 };
      },
    }),
  ];
}

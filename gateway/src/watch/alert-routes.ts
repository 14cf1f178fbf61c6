/** `/v1/watch/alerts`: what happened to what is watched, and nothing twice. */
import { z } from 'zod';
import type { GatewayDeps } from '../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../http/endpoint.ts';
import { EVENT_STREAM, replyWithEvents, whileActive } from '../http/event-stream.ts';
import type { GatewayLimits } from '../http/limits.ts';
import { Problem } from '../http/problem.ts';
import { limitText, pageOf } from '../http/schema.ts';
import { createStanding } from '../http/standing.ts';
import { cursorOf, toPage } from '../projection/cursor.ts';
import { followAlerts } from './alert-stream.ts';
import { WATCHERS } from './roles.ts';
import { viewerOf } from './routes.ts';
import { ALERT_STATES, showAlert, shownAlert, shownLabel, watchId } from './shape.ts';

const tag = 'watch';
const byId = z.strictObject({ id: watchId });
const place = cursorOf([z.int().min(0)]);

const streamed = z.strictObject({
  id: z.string().meta({ description: 'Sequence number of the alert' }),
  event: z.literal('watch.alert'),
  data: z.string().meta({ contentMediaType: 'application/json', description: 'The alert' }),
});

export function alertEndpoints(deps: GatewayDeps, limits: GatewayLimits): AnyEndpoint[] {
  const { watches, projection } = deps;
  const standing = createStanding(deps);
  return [
    defineEndpoint({
      method: 'get',
      path: '/v1/watch/alerts',
      id: 'listAlerts',
      tag,
      summary: 'Alerts that the caller may see, in the order in which they were raised',
      access: WATCHERS,
      query: z.strictObject({
        cursor: place.optional(),
        limit: limitText,
        watch: watchId.optional(),
        state: z.enum(ALERT_STATES).optional(),
      }),
      logged: true,
      answers: { 200: { description: 'A page', schema: pageOf(shownAlert) } },
      handle: async ({ principal, query: { cursor: [after] = [0], limit, ...filter } }) => {
        const found = watches.listAlerts(viewerOf(principal), filter, after, limit + 1);
        const page = toPage(found, limit, ({ sequence }) => [sequence], showAlert);
        return {
          status: 200,
          body: { ...page, height: projection.height },
          disclosed: ['alerts', ...page.items.flatMap(({ key }) => key ?? [])],
        };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/watch/alerts/:id',
      id: 'showAlert',
      tag,
      summary: 'One alert',
      access: WATCHERS,
      params: byId,
      logged: true,
      answers: { 200: { description: 'The alert', schema: shownAlert } },
      handle: async ({ principal, params: { id } }) => {
        const found = watches.findAlert(id, viewerOf(principal));
        return { status: 200, body: showAlert(found), disclosed: [found.key ?? 'alerts'] };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/watch/alerts/:id/labels',
      id: 'listAlertLabels',
      tag,
      summary:
        'The watched addresses that an alert is about, by their place in the batch; at most 10,000',
      access: WATCHERS,
      params: byId,
      query: z.strictObject({ cursor: place.optional(), limit: limitText }),
      logged: true,
      answers: { 200: { description: 'A page', schema: pageOf(shownLabel) } },
      handle: async ({ principal, params: { id }, query: { cursor: [after] = [-1], limit } }) => {
        const viewer = viewerOf(principal);
        const { key } = watches.findAlert(id, viewer);
        const found = watches.listLabels(id, viewer, after, limit + 1);
        const page = toPage(
          found,
          limit,
          ({ index }) => [index],
          (label) => ({ ...label }),
        );
        return {
          status: 200,
          body: { ...page, height: projection.height },
          disclosed: [key ?? 'alerts'],
        };
      },
    }),
    defineEndpoint({
      method: 'post',
      path: '/v1/watch/alerts/:id/acknowledge',
      id: 'acknowledgeAlert',
      tag,
      summary: 'Say that an alert was seen; of a shared watch, for all of the member',
      access: WATCHERS,
      params: byId,
      answers: { 200: { description: 'The alert', schema: shownAlert } },
      handle: async ({ principal, params: { id } }) => ({
        status: 200,
        body: showAlert(watches.acknowledge(id, viewerOf(principal))),
      }),
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/watch/events',
      id: 'followAlerts',
      tag,
      summary: 'Server-sent events: one for each alert; resumes after `Last-Event-ID`',
      access: WATCHERS,
      logged: true,
      open: true,
      answers: {
        200: {
          description: 'Alerts, and comments while nothing happens',
          schema: streamed,
          mediaType: EVENT_STREAM,
        },
      },
      handle: async ({ headers, principal, signal }) => {
        const after = readLastAlert(headers['last-event-id']);
        const alerts = followAlerts(watches, viewerOf(principal), {
          ...{ after, signal, heartbeatMs: limits.heartbeatMs },
        });
        return {
          ...replyWithEvents(whileActive(standing, principal, alerts)),
          disclosed: ['alerts'],
        };
      },
    }),
  ];
}

/** @throws Problem `BAD_REQUEST`. */
function readLastAlert(header: string | string[] | undefined): number {
  if (header === undefined) return 0;
  if (!/^\d{1,15}$/.test(String(header)))
    throw new Problem('BAD_REQUEST', 'Last-Event-ID is not the number of an alert');
  return Number(header);
}

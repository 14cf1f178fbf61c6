/** `/v1/webhook`: endpoints of a member's own systems, and what became of each message. */

import { timestamp } from '@tabellion/chaincode/kernel/schema';
import type { Role } from '@tabellion/chaincode/member/record';
import { z } from 'zod';
import type { GatewayDeps, Principal } from '../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../http/endpoint.ts';
import { pseudonymOf } from '../http/pseudonym.ts';
import { limitText, pageOf } from '../http/schema.ts';
import { cursorOf, toPage } from '../projection/cursor.ts';
import {
  endpointId,
  endpointUrl,
  messageId,
  registered,
  showEndpoint,
  showMessage,
  shownEndpoint,
  shownMessage,
} from './shape.ts';
import { ENDPOINT_STATES, type Message, type Owner } from './store.ts';

const tag = 'webhook';
/** It makes the gateway talk to the outside: systems, and those who answer for a member's systems. */
const OPERATORS: readonly Role[] = ['system', 'delegate', 'centralAuthority'];

const byId = z.strictObject({ id: endpointId });
const byMessage = z.strictObject({ id: endpointId, message: messageId });
const MAX_OVERLAP_HOURS = 168;

const ownerOf = (principal: Principal): Owner => ({
  member: principal.member,
  owner: pseudonymOf(principal),
});

export function webhookEndpoints({ webhooks, projection }: GatewayDeps): AnyEndpoint[] {
  const show = (message: Message) => showMessage(message, webhooks.attemptsOf(message.id));
  return [
    defineEndpoint({
      method: 'post',
      path: '/v1/webhook/endpoints',
      id: 'registerWebhook',
      tag,
      summary: 'Be told at a URL when something waits; the secret is shown this once',
      access: OPERATORS,
      body: z.strictObject({ url: endpointUrl }),
      logged: true,
      answers: { 201: { description: 'The endpoint and its secret', schema: registered } },
      refusals: [422],
      handle: async ({ principal, body }) => {
        const { endpoint, secret } = webhooks.register(ownerOf(principal), body.url);
        return {
          status: 201,
          body: { endpoint: showEndpoint(endpoint), secret },
          disclosed: [`webhook/${endpoint.id}`],
        };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/webhook/endpoints',
      id: 'listWebhooks',
      tag,
      summary: 'Endpoints of the caller, disabled ones as well',
      access: OPERATORS,
      answers: { 200: { description: 'All of them', schema: pageOf(shownEndpoint) } },
      handle: async ({ principal }) => ({
        status: 200,
        body: {
          items: webhooks.list(ownerOf(principal)).map(showEndpoint),
          next: null,
          height: projection.height,
        },
      }),
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/webhook/endpoints/:id',
      id: 'showWebhook',
      tag,
      summary: 'One endpoint',
      access: OPERATORS,
      params: byId,
      answers: { 200: { description: 'The endpoint', schema: shownEndpoint } },
      handle: async ({ principal, params: { id } }) => ({
        status: 200,
        body: showEndpoint(webhooks.find(id, ownerOf(principal))),
      }),
    }),
    defineEndpoint({
      method: 'post',
      path: '/v1/webhook/endpoints/:id',
      id: 'changeWebhook',
      tag,
      summary: 'Change the URL of an endpoint, disable it, or enable it again',
      access: OPERATORS,
      params: byId,
      body: z.strictObject({
        url: endpointUrl.optional(),
        state: z.enum(ENDPOINT_STATES).optional(),
      }),
      answers: { 200: { description: 'The endpoint', schema: shownEndpoint } },
      refusals: [422],
      handle: async ({ principal, params: { id }, body }) => ({
        status: 200,
        body: showEndpoint(webhooks.change(id, ownerOf(principal), body)),
      }),
    }),
    defineEndpoint({
      method: 'post',
      path: '/v1/webhook/endpoints/:id/remove',
      id: 'removeWebhook',
      tag,
      summary: 'End an endpoint, with its secrets and all that waits for it',
      access: OPERATORS,
      params: byId,
      answers: { 204: { description: 'Gone' } },
      handle: async ({ principal, params: { id } }) => {
        webhooks.remove(id, ownerOf(principal));
        return { status: 204 };
      },
    }),
    defineEndpoint({
      method: 'post',
      path: '/v1/webhook/endpoints/:id/rotate',
      id: 'rotateWebhookSecret',
      tag,
      summary: 'A new secret; for some hours messages are signed with the old one as well',
      access: OPERATORS,
      params: byId,
      body: z.strictObject({ overlapHours: z.int().min(0).max(MAX_OVERLAP_HOURS).default(24) }),
      logged: true,
      answers: {
        200: {
          description: 'The new secret, and until when the old one is used',
          schema: z.strictObject({ ...registered.shape, ends: timestamp }),
        },
      },
      handle: async ({ principal, params: { id }, body }) => {
        const { endpoint, ...rest } = webhooks.rotate(id, ownerOf(principal), body.overlapHours);
        return {
          status: 200,
          body: { endpoint: showEndpoint(endpoint), ...rest },
          disclosed: [`webhook/${id}`],
        };
      },
    }),
    defineEndpoint({
      method: 'post',
      path: '/v1/webhook/endpoints/:id/test',
      id: 'testWebhook',
      tag,
      summary: 'Send a message that means nothing',
      access: OPERATORS,
      params: byId,
      answers: { 202: { description: 'It is in the queue', schema: shownMessage } },
      refusals: [422],
      handle: async ({ principal, params: { id } }) => ({
        status: 202,
        body: show(webhooks.test(id, ownerOf(principal))),
      }),
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/webhook/endpoints/:id/messages',
      id: 'listWebhookMessages',
      tag,
      summary: 'Messages of an endpoint with every attempt, for 30 days',
      access: OPERATORS,
      params: byId,
      query: z.strictObject({ cursor: cursorOf([z.int().min(0)]).optional(), limit: limitText }),
      answers: { 200: { description: 'A page', schema: pageOf(shownMessage) } },
      handle: async ({ principal, params: { id }, query: { cursor: [after] = [0], limit } }) => {
        const found = webhooks.listMessages(id, ownerOf(principal), after, limit + 1);
        const page = toPage(found, limit, ({ sequence }) => [sequence], show);
        return { status: 200, body: { ...page, height: projection.height } };
      },
    }),
    defineEndpoint({
      method: 'post',
      path: '/v1/webhook/endpoints/:id/messages/:message/redeliver',
      id: 'redeliverWebhookMessage',
      tag,
      summary: 'Send a message once more, under the same ID',
      access: OPERATORS,
      params: byMessage,
      answers: { 202: { description: 'It is in the queue', schema: shownMessage } },
      handle: async ({ principal, params: { id, message } }) => ({
        status: 202,
        body: show(webhooks.redeliver(id, ownerOf(principal), message)),
      }),
    }),
  ];
}

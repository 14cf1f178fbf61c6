/**
 * `/v1/webhook/oversight`: for a member's delegate, where its gateway sends word for people and systems who may
 * have left. Nothing is taken over: whoever is to be told registers an endpoint of their own.
 */
import { z } from 'zod';
import type { GatewayDeps } from '../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../http/endpoint.ts';
import { pseudonymOf } from '../http/pseudonym.ts';
import { requirePurpose } from '../http/purpose.ts';
import { recordEnding } from '../http/record-ending.ts';
import { pageOf } from '../http/schema.ts';
import { endpointId, overseenEndpoint, showOverseen } from './shape.ts';

const tag = 'webhook';

export function webhookOversightEndpoints(deps: GatewayDeps): AnyEndpoint[] {
  const { webhooks, journal, projection } = deps;
  return [
    defineEndpoint({
      method: 'get',
      path: '/v1/webhook/oversight',
      id: 'listOverseenWebhooks',
      tag,
      summary:
        'Every endpoint of the own member: whose it is and which host it sends to, not the whole URL',
      access: ['delegate'],
      logged: true,
      answers: { 200: { description: 'All of them', schema: pageOf(overseenEndpoint) } },
      handle: async ({ principal }) => {
        const found = webhooks.listOf(principal.member);
        return {
          status: 200,
          body: {
            items: found.map((each) => showOverseen(each, pseudonymOf(principal))),
            next: null,
            height: projection.height,
          },
          disclosed: ['webhooks', ...found.map(({ id }) => `webhook/${id}`)],
        };
      },
    }),
    defineEndpoint({
      method: 'post',
      path: '/v1/webhook/oversight/:id/end',
      id: 'endWebhook',
      tag,
      summary:
        'End an endpoint of the own member, with its secrets and all that waits for it; `Tabellion-Purpose` says why',
      access: ['delegate'],
      params: z.strictObject({ id: endpointId }),
      answers: { 204: { description: 'Gone' } },
      refusals: [422],
      handle: async ({ principal, params: { id }, headers }) => {
        const purpose = requirePurpose(headers);
        const endpoint = webhooks.findOf(id, principal.member);
        const { owner } = endpoint;
        const object = `webhook/${id}` as const;
        await recordEnding(journal, principal, { operation: 'endWebhook', object, owner, purpose });
        webhooks.remove(id, endpoint);
        return { status: 204 };
      },
    }),
  ];
}

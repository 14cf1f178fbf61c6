/** The forms of endpoints and messages: written by the gateway's routes, read by its clients. */
import { timestamp } from '@tabellion/chaincode/kernel/schema';
import { z } from 'zod';
import { ATTEMPT_CODES } from './send.ts';
import {
  DISABLE_REASONS,
  ENDPOINT_STATES,
  type Endpoint,
  MESSAGE_STATES,
  type Message,
  type StoredAttempt,
} from './store.ts';

export const endpointId = z.string().regex(/^[0-9a-f]{32}$/);
export const messageId = z.string().regex(/^msg_[0-9a-f]{32}$/);
export const endpointUrl = z.string().min(1).max(1024);

export const shownEndpoint = z
  .strictObject({
    id: endpointId,
    url: z.string(),
    createdAt: timestamp,
    state: z.enum(ENDPOINT_STATES),
    reason: z.enum(DISABLE_REASONS).nullable().meta({
      description: 'Why it is disabled: by hand, failing for days, or the receiver answered 410',
    }),
    disabledAt: timestamp.nullable(),
    failingSince: timestamp.nullable(),
    dropped: z.int().meta({ description: 'Messages that found the queue full' }),
  })
  .meta({ id: 'WebhookEndpoint' });

export function showEndpoint({ member: _m, owner: _o, ...shown }: Endpoint) {
  return shown satisfies z.infer<typeof shownEndpoint>;
}

/** For a member's delegate: without the URL, which may let whoever knows it in. */
export const overseenEndpoint = z
  .strictObject({
    ...shownEndpoint.shape,
    host: z.string().meta({ description: 'Of its URL' }),
    owner: z.string().meta({ description: 'Pseudonym, as the journal names whoever made it' }),
    own: z.boolean().meta({ description: 'Whether it is the caller’s' }),
  })
  .omit({ url: true })
  .meta({ id: 'OverseenWebhook' });

export function showOverseen(endpoint: Endpoint, who: string): z.infer<typeof overseenEndpoint> {
  const { url, ...shown } = showEndpoint(endpoint);
  const { owner } = endpoint;
  return { ...shown, host: new URL(url).host, owner, own: owner === who };
}

export const registered = z.strictObject({
  endpoint: shownEndpoint,
  secret: z.string().meta({ description: 'Of Standard Webhooks; shown this once' }),
});

export const shownMessage = z
  .strictObject({
    id: messageId,
    type: z.string(),
    createdAt: timestamp,
    state: z.enum(MESSAGE_STATES),
    nextAt: timestamp.nullable().meta({ description: 'When it is tried next' }),
    attempts: z.array(
      z.strictObject({
        number: z.int(),
        at: timestamp,
        code: z.enum(ATTEMPT_CODES),
        status: z.int().nullable(),
        milliseconds: z.int(),
      }),
    ),
  })
  .meta({ id: 'WebhookMessage' });

export function showMessage(
  { id, type, createdAt, state, nextAt }: Message,
  attempts: readonly StoredAttempt[],
): z.infer<typeof shownMessage> {
  return { id, type, createdAt, state, nextAt, attempts: attempts.map((each) => ({ ...each })) };
}

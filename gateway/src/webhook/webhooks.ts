/**
 * Tells members' systems that something waits for them: at least once, under an ID that stays the same.
 * What is told is that it waits, and where: never what it says. The receiver asks for that itself, signed
 * in, so that neither a leaked endpoint nor a wrong one learns what a member watches.
 */
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { Problem } from '../http/problem.ts';
import { startDelivery } from './deliver.ts';
import { createGuard, type GuardOptions } from './guard.ts';
import { openQueue, type WebhookSource } from './queue.ts';
import { createSend, type Send } from './send.ts';
import { makeSecret, writeSecret } from './sign.ts';
import {
  type Endpoint,
  type EndpointState,
  type Message,
  type Owner,
  openWebhookStore,
  type StoredAttempt,
} from './store.ts';

export interface WebhookOptions {
  readonly file: string;
  readonly guard: GuardOptions;
  readonly logger: Logger;
  readonly onFailure?: ((error: unknown) => void) | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 to below 1. */
  readonly random?: () => number;
  readonly send?: Send;
  readonly timeoutMs?: number;
  /** Throws while the clock is not to be believed: nothing is old then. */
  readonly assertClock?: (() => void) | undefined;
}

/** An attempt has this long, milliseconds. */
const TIMEOUT_MS = 15_000;
/** Endpoints of one person or system, and of a member. */
export const MAX_OWN_ENDPOINTS = 8;
export const MAX_ENDPOINTS = 100;
const MAX_OVERLAP_HOURS = 168;

export interface EndpointChange {
  readonly url?: string | undefined;
  readonly state?: EndpointState | undefined;
}

export interface Registered {
  readonly endpoint: Endpoint;
  /** Shown this once. */
  readonly secret: string;
}

export type Webhooks = ReturnType<typeof openWebhooks>;

/** Opens the queue and delivers until closed. */
export function openWebhooks(options: WebhookOptions, sources: readonly WebhookSource[]) {
  const { logger, onFailure, now, random = Math.random, assertClock } = options;
  const guard = createGuard(options.guard);
  const { timeoutMs = TIMEOUT_MS, send = createSend({ guard, timeoutMs }) } = options;
  const store = openWebhookStore(options.file);
  const queue = openQueue(store, now);
  const delivery = startDelivery(
    { store, queue, send, logger, onFailure, now, random, assertClock },
    sources,
  );
  const { wake } = delivery;

  /** @throws Problem `WEBHOOK_URL_REFUSED`. */
  const checkUrl = (text: string): string => {
    const url = guard.check(text);
    if (typeof url === 'string') throw new Problem('WEBHOOK_URL_REFUSED', REFUSED[url]);
    return url.href;
  };

  /** @throws Problem `NOT_FOUND`, also where it is another member's. */
  const findOf = (id: string, member: string): Endpoint => {
    const found = store.find(id);
    if (found?.member !== member) throw new Problem('NOT_FOUND');
    return found;
  };

  /** @throws Problem `NOT_FOUND`, also where it is somebody else's. */
  const findOwn = (id: string, { member, owner }: Owner): Endpoint => {
    const found = findOf(id, member);
    if (found.owner !== owner) throw new Problem('NOT_FOUND');
    return found;
  };

  return {
    /** @throws Problem `WEBHOOK_URL_REFUSED`, `LIMIT_REACHED`. */
    register(owner: Owner, url: string): Registered {
      const href = checkUrl(url);
      if (store.countOf(owner.member)!.count >= MAX_ENDPOINTS)
        throw new Problem('LIMIT_REACHED', `a member has at most ${MAX_ENDPOINTS} endpoints`);
      if (store.countOwn(owner.member, owner.owner)!.count >= MAX_OWN_ENDPOINTS)
        throw new Problem('LIMIT_REACHED', `at most ${MAX_OWN_ENDPOINTS} endpoints of one`);
      const id = randomBytes(16).toString('hex');
      const secret = makeSecret();
      store.atOnce(() => {
        store.addEndpoint(id, owner, href, now());
        store.addSecret(id, now(), secret);
      });
      return { endpoint: findOwn(id, owner), secret: writeSecret(secret) };
    },
    list: ({ member, owner }: Owner): readonly Endpoint[] => store.listOf(member, owner),
    find: findOwn,
    /** Everybody's of a member; there are few: see {@link MAX_ENDPOINTS}. */
    listOf: (member: string): readonly Endpoint[] => store.listOfMember(member),
    findOf,
    /** @throws Problem `NOT_FOUND`, `WEBHOOK_URL_REFUSED`. */
    change(id: string, owner: Owner, { url, state }: EndpointChange): Endpoint {
      findOwn(id, owner);
      const href = url === undefined ? undefined : checkUrl(url);
      store.atOnce(() => {
        if (href !== undefined) store.setUrl(href, id);
        if (state === 'ENABLED') store.enable(id);
        if (state === 'DISABLED') store.disable('ASKED', now(), id);
      });
      wake();
      return findOwn(id, owner);
    },
    /** With its secrets, its queue and its attempts. @throws Problem `NOT_FOUND`. */
    remove(id: string, owner: Owner): void {
      findOwn(id, owner);
      store.remove(id);
      queue.recount(id);
    },
    /**
     * A new secret; what is sent in the next hours is signed with the old one as well.
     * @throws Problem `NOT_FOUND`.
     */
    rotate(id: string, owner: Owner, overlapHours: number): Registered & { readonly ends: number } {
      findOwn(id, owner);
      const at = now();
      const ends = at + Math.min(overlapHours, MAX_OVERLAP_HOURS) * 3_600_000;
      const secret = makeSecret();
      store.atOnce(() => {
        store.endSecrets(ends, id, ends);
        store.addSecret(id, at, secret);
      });
      return { endpoint: findOwn(id, owner), secret: writeSecret(secret), ends };
    },
    /** A message that means nothing, to see whether it arrives. @throws Problem as `LIMIT_REACHED`. */
    test(id: string, owner: Owner): Message {
      const endpoint = findOwn(id, owner);
      const event = { id: randomBytes(16).toString('hex'), type: 'webhook.test', at: now() };
      const message = queue.add(endpoint, { ...event, ...owner, test: true }, 'test');
      if (message === undefined) throw new Problem('LIMIT_REACHED', 'the queue is full');
      store.endRest(id);
      wake();
      return store.findMessage(message)!;
    },
    /** In the order in which they came; of one endpoint. @throws Problem `NOT_FOUND`. */
    listMessages(id: string, owner: Owner, after: number, limit: number): readonly Message[] {
      findOwn(id, owner);
      return store.listMessages(id, after, limit);
    },
    attemptsOf: (message: string): readonly StoredAttempt[] => store.attemptsOf(message),
    /** Once more and at once, under the same ID. @throws Problem `NOT_FOUND`. */
    redeliver(id: string, owner: Owner, message: string): Message {
      findOwn(id, owner);
      const found = store.findMessage(message);
      if (found?.endpoint !== id) throw new Problem('NOT_FOUND');
      store.settle('QUEUED', found.attempts, now(), message);
      queue.recount(id);
      store.endRest(id);
      wake();
      return store.findMessage(message)!;
    },
    async close(): Promise<void> {
      await delivery.close();
      store.close();
    },
  };
}

const REFUSED = {
  URL_MALFORMED: 'not a URL, or one with a fragment, or longer than 1024 characters',
  URL_CREDENTIALS: 'a URL does not carry a password: messages are signed',
  URL_SCHEME: 'https only',
  ADDRESS_PRIVATE: 'an address that is not public',
} as const;

/**
 * Tells members' systems that something waits for them: at least once, under an ID that stays the same.
 * What is told is that it waits, and where: never what it says. The receiver asks for that itself, signed
 * in, so that neither a leaked endpoint nor a wrong one learns what a member watches.
 */
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { Problem } from '../http/problem.ts';
import { delayAfter } from './backoff.ts';
import { createGuard, type GuardOptions } from './guard.ts';
import { openQueue, type WebhookSource } from './queue.ts';
import { type Attempted, createSend, type Send } from './send.ts';
import { makeSecret, signMessage, writeSecret } from './sign.ts';
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

const DAY_MS = 86_400_000;
/** An attempt has this long, milliseconds. */
const TIMEOUT_MS = 15_000;
/** Without any success for so long, an endpoint is disabled. */
export const FAILING_DAYS = 5;
/** Messages that are done stay so long, with their attempts. */
const KEEP_DAYS = 30;
/** Attempts at once, one for each endpoint at most; members have equal shares, and one at least. */
const IN_FLIGHT = 8;
/** An endpoint that failed is left alone for at most so long, whatever else waits for it, milliseconds. */
const REST_AFTER_FAILURE_MS = 300_000;
/** Endpoints of one person or system, and of a member. */
export const MAX_OWN_ENDPOINTS = 8;
export const MAX_ENDPOINTS = 100;
/** The queue is looked at again at least so often, milliseconds. */
const REST_MS = 60_000;
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
  const { logger, now, random = Math.random, timeoutMs = TIMEOUT_MS } = options;
  const guard = createGuard(options.guard);
  const { send = createSend({ guard, timeoutMs }) } = options;
  const store = openWebhookStore(options.file);
  const queue = openQueue(store, now);
  const closing = new AbortController();
  /** Endpoints with an attempt under way. */
  const busy = new Map<string, { readonly member: string; readonly done: Promise<void> }>();
  let timer: NodeJS.Timeout | undefined;
  let purgedAt = Number.NEGATIVE_INFINITY;
  let isWoken = false;

  const fail = (error: unknown, what: string) => {
    options.onFailure?.(error);
    logger.error({ code: (error as { code?: string }).code }, what);
  };

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

  const settle = (endpoint: Endpoint, message: Message, attempted: Attempted, began: number) => {
    const at = now();
    const attempts = message.attempts + 1;
    const { code, status, retryAfter } = attempted;
    store.addAttempt(message.id, attempts, began, code, status, Math.max(0, at - began));
    if (code === 'DELIVERED') {
      store.settle('DELIVERED', attempts, null, message.id);
      return void store.setFailing(null, 0, endpoint.id);
    }
    const delay = delayAfter(attempts, random(), retryAfter);
    if (delay === undefined) store.settle('FAILED', attempts, null, message.id);
    else store.settle('QUEUED', attempts, at + delay, message.id);
    const since = endpoint.failingSince ?? at;
    store.setFailing(
      since,
      at + Math.min(delay ?? REST_AFTER_FAILURE_MS, REST_AFTER_FAILURE_MS),
      endpoint.id,
    );
    if (code === 'ANSWER_GONE') disable(endpoint, 'GONE', at);
    else if (at - since >= FAILING_DAYS * DAY_MS) disable(endpoint, 'FAILING', at);
  };

  const disable = ({ id }: Endpoint, reason: 'FAILING' | 'GONE', at: number) => {
    store.disable(reason, at, id);
    logger.warn({ endpoint: id, reason }, 'a webhook endpoint was disabled');
  };

  const attempt = async (message: Message): Promise<void> => {
    const endpoint = store.find(message.endpoint);
    if (endpoint === undefined) return;
    const began = now();
    const { payload } = message;
    const secrets = store.secretsOf(endpoint.id, began).map(({ bytes }) => bytes);
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'tabellion-webhook',
      ...signMessage({ id: message.id, at: began, payload }, secrets),
    };
    const sending = { url: new URL(endpoint.url), headers, payload };
    const attempted = await send(sending, closing.signal);
    // Cut off by the end of this process: the next one tries again, under the same ID.
    if (closing.signal.aborted && attempted.code !== 'DELIVERED') return;
    // Meanwhile it may have been taken away, with its queue.
    const still = store.find(endpoint.id);
    if (still !== undefined && store.findMessage(message.id) !== undefined)
      store.atOnce(() => settle(still, message, attempted, began));
  };

  const purge = (at: number) => {
    if (at - purgedAt < DAY_MS / 24) return;
    try {
      options.assertClock?.();
    } catch {
      // It has been told by itself; deliveries go on.
      return;
    }
    purgedAt = at;
    store.purge(at - KEEP_DAYS * DAY_MS);
    store.removeSecrets(at);
  };

  /** One member's endpoints that hang take no other's turn. */
  const sendDue = (member: string, share: number) => {
    let free = share - [...busy.values()].filter((one) => one.member === member).length;
    if (free <= 0) return;
    for (const message of store.listDue(member, now(), IN_FLIGHT * 2)) {
      if (free <= 0) return;
      if (busy.has(message.endpoint)) continue;
      free -= 1;
      const done = attempt(message)
        .catch((error: unknown) => fail(error, 'a webhook attempt was not recorded'))
        .finally(() => {
          busy.delete(message.endpoint);
          queue.recount(message.endpoint);
          wake();
        });
      busy.set(message.endpoint, { member, done });
    }
  };

  const turn = (): void => {
    isWoken = false;
    if (closing.signal.aborted) return;
    clearTimeout(timer);
    let rest = REST_MS;
    try {
      const at = now();
      purge(at);
      if (sources.filter(queue.take).length > 0) wake();
      const members = store.listMembers();
      const share = Math.max(1, Math.floor(IN_FLIGHT / members.length));
      for (const { member } of members) sendDue(member, share);
      const next = store.nextDue()?.next ?? undefined;
      // What is due and waits for its endpoint's attempt is woken by the end of that.
      if (next !== undefined && next > now()) rest = Math.min(REST_MS, next - now());
    } catch (error) {
      fail(error, 'webhooks wait');
    }
    timer = setTimeout(wake, rest);
    timer.unref();
  };

  /** Soon, once for however many ask. */
  const wake = (): void => {
    if (isWoken || closing.signal.aborted) return;
    isWoken = true;
    setImmediate(turn);
  };

  const stops = sources.map((source) => source.onMore(wake));
  wake();

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
      closing.abort();
      clearTimeout(timer);
      for (const stop of stops) stop();
      await Promise.all([...busy.values()].map(({ done }) => done));
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

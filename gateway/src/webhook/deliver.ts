/** Hands over what is due, an attempt at a time for each endpoint, and tries again later what failed. */
import type { Logger } from 'pino';
import { delayAfter } from './backoff.ts';
import type { WebhookQueue, WebhookSource } from './queue.ts';
import type { Attempted, Send } from './send.ts';
import { signMessage } from './sign.ts';
import type { Endpoint, Message, WebhookStore } from './store.ts';

export interface DeliveryOptions {
  readonly store: WebhookStore;
  readonly queue: WebhookQueue;
  readonly send: Send;
  readonly logger: Logger;
  readonly onFailure?: ((error: unknown) => void) | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Throws while the clock is not to be believed: nothing is old then. */
  readonly assertClock?: (() => void) | undefined;
}

const DAY_MS = 86_400_000;
/** Without any success for so long, an endpoint is disabled. */
export const FAILING_DAYS = 5;
/** Messages that are done stay so long, with their attempts. */
const KEEP_DAYS = 30;
/** Attempts at once, one for each endpoint at most; members have equal shares, and one at least. */
const IN_FLIGHT = 8;
/** An endpoint that failed is left alone for at most so long, whatever else waits for it, milliseconds. */
const REST_AFTER_FAILURE_MS = 300_000;
/** The queue is looked at again at least so often, milliseconds. */
const REST_MS = 60_000;

/** Takes what the sources have, and delivers until closed. */
export function startDelivery(options: DeliveryOptions, sources: readonly WebhookSource[]) {
  const { store, queue, send, logger, now, random } = options;
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
    wake,
    /** Cuts off what is under way: the next process tries it again. */
    async close(): Promise<void> {
      closing.abort();
      clearTimeout(timer);
      for (const stop of stops) stop();
      await Promise.all([...busy.values()].map(({ done }) => done));
    },
  };
}

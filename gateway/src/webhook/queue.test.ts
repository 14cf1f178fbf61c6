/** What a page of events costs, whoever has registered what. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openQueue, type SourceEvent, type WebhookSource } from './queue.ts';
import { openWebhookStore } from './store.ts';
import { openWebhooks } from './webhooks.ts';

const OWNER = { member: 'CnAgencyMSP', owner: 'one' };
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-webhook-queue-'));
});
afterEach(() => rm(directory, { recursive: true }));

const sourceOf = (count: number, onList: () => void = () => undefined): WebhookSource => {
  const event = { type: 'watch.alert', at: 0, ...OWNER };
  const events: SourceEvent[] = Array.from({ length: count }, (_, at) => ({
    ...{ ...event, sequence: at + 1, id: `${at}` },
  }));
  return {
    name: 'tests',
    list(after, limit) {
      onList();
      return events.slice(after, after + limit);
    },
    onMore: () => () => undefined,
  };
};

/** A store with so many endpoints of one owner, which says how often a queue was counted. */
function openStore(endpoints: number) {
  const store = openWebhookStore(join(directory, 'webhook.sqlite'));
  const ids = Array.from({ length: endpoints }, (_, at) => `endpoint ${at}`);
  for (const id of ids) store.addEndpoint(id, OWNER, 'https://hook.example/', 0);
  const countQueued = vi.fn(store.countQueued);
  return { ids, store: { ...store, countQueued }, countQueued };
}

it('counts each queue once for a page, and not again while nothing is delivered', () => {
  const { ids, store, countQueued } = openStore(2);
  const queue = openQueue(store, () => 0);
  const source = sourceOf(450);
  expect([queue.take(source), queue.take(source), queue.take(source)]).toEqual([true, true, false]);
  expect(countQueued).toHaveBeenCalledTimes(2);
  for (const id of ids) expect(store.countQueued(id)).toBe(450);
  queue.recount(ids[0]!);
  queue.add(store.find(ids[0]!)!, { id: 'x', type: 'webhook.test', at: 0, ...OWNER }, 'test');
  queue.add(store.find(ids[1]!)!, { id: 'x', type: 'webhook.test', at: 0, ...OWNER }, 'test');
  expect(countQueued).toHaveBeenCalledTimes(2 + 2 + 1);
  store.close();
});

it('takes a bounded number of messages at once, each event whole, and loses none', () => {
  const { ids, store } = openStore(8);
  const queue = openQueue(store, () => 0);
  const source = sourceOf(150);
  const counts = [];
  do counts.push(store.countQueued(ids[0]!));
  while (queue.take(source));
  expect(counts).toEqual([0, 63, 126]);
  for (const id of ids) expect(store.countQueued(id)).toBe(150);
  store.close();
});

it('counts anew what a commit that failed has not left there', () => {
  const { ids, store, countQueued } = openStore(1);
  const failing = { ...store, setPosition: () => expect.fail('disk full') };
  const queue = openQueue(failing, () => 0);
  expect(() => queue.take(sourceOf(5))).toThrow('disk full');
  queue.add(store.find(ids[0]!)!, { id: 'x', type: 'webhook.test', at: 0, ...OWNER }, 'test');
  expect(countQueued).toHaveBeenCalledTimes(2);
  expect(store.countQueued(ids[0]!)).toBe(1);
  store.close();
});

it('lets others have their turn between two pages', async () => {
  const { ids, store } = openStore(1);
  store.close();
  let turns = 0;
  const seen: number[] = [];
  const webhooks = openWebhooks(
    {
      file: join(directory, 'webhook.sqlite'),
      guard: { loopback: true },
      ...{ logger: pino({ level: 'silent' }), now: () => 0 },
      send: async () => ({ code: 'RECEIVER_UNREACHABLE', status: null, retryAfter: null }),
    },
    [sourceOf(1200, () => void seen.push(turns))],
  );
  while (webhooks.listMessages(ids[0]!, OWNER, 0, 2000).length < 1200) {
    await setImmediate();
    turns += 1;
  }
  await webhooks.close();
  expect(seen.length).toBeGreaterThanOrEqual(6);
  expect(new Set(seen).size).toBe(seen.length);
});

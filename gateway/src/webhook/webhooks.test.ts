/** The queue: at least once, under one ID, in spite of crashes, and for whoever may know only. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FAILING_DAYS } from './deliver.ts';
import { createGuard } from './guard.ts';
import { MAX_QUEUED, type SourceEvent, type WebhookSource } from './queue.ts';
import { type Attempted, createSend, type Send } from './send.ts';
import { signMessage } from './sign.ts';
import { type Receiver, startReceiver } from './testing.ts';
import { MAX_ENDPOINTS, MAX_OWN_ENDPOINTS, openWebhooks, type Webhooks } from './webhooks.ts';

const OWNER = { member: 'CnAgencyMSP', owner: 'one' };
const OTHER = { member: 'CnAgencyMSP', owner: 'other' };
const DAY = 86_400_000;

let directory: string;
let receiver: Receiver;
let webhooks: Webhooks;
let clock: number;
let events: SourceEvent[];
let wake: () => void;
let log: string[];
let isClockWrong = false;

const raise = (change: Partial<SourceEvent> = {}) => {
  const sequence = events.length + 1;
  const id = randomBytes(16).toString('hex');
  const owner = OWNER.owner;
  events.push({ ...{ sequence, id, type: 'watch.alert', at: clock }, ...OWNER, owner, ...change });
  wake();
  return events.at(-1)!;
};
const source: WebhookSource = {
  name: 'tests',
  list: (after, limit) => events.filter(({ sequence }) => sequence > after).slice(0, limit),
  onMore(tell) {
    wake = tell;
    return () => {
      wake = () => undefined;
    };
  },
};
const real = createSend({ guard: createGuard({ loopback: true }), timeoutMs: 20_000 });
const open = (send: Send = real) => {
  const logger = pino({ level: 'trace' }, { write: (line: string) => void log.push(line) });
  webhooks = openWebhooks(
    {
      file: join(directory, 'webhook.sqlite'),
      guard: { loopback: true },
      ...{ logger, send, now: () => clock, random: () => 0.5 },
      assertClock: () => {
        if (isClockWrong) throw new Error('the clock was set');
      },
    },
    [source],
  );
};
const messagesOf = (id: string, owner = OWNER) =>
  webhooks
    .listMessages(id, owner, 0, 1000)
    .map((message) => ({ ...message, tried: webhooks.attemptsOf(message.id) }));
const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 10 });
const settled = (id: string, state: string, owner = OWNER) =>
  until(() => expect(messagesOf(id, owner).map((message) => message.state)).toEqual([state]));
/** The clock goes on, and somebody looks. */
const pass = (milliseconds: number) => {
  clock += milliseconds;
  wake();
};
const answering = (code: Attempted['code'], retryAfter: number | null = null): Send => {
  return async () => ({ code, status: null, retryAfter });
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-webhook-'));
  receiver = await startReceiver();
  clock = Date.UTC(2026, 0, 1);
  events = [];
  log = [];
  isClockWrong = false;
  open();
});
afterEach(async () => {
  await webhooks.close();
  await receiver.close();
  await rm(directory, { recursive: true });
});

describe('a message', () => {
  it('says that something waits, and nothing of what', async () => {
    const { endpoint, secret } = webhooks.register(OWNER, receiver.url);
    const { id } = raise();
    await settled(endpoint.id, 'DELIVERED');
    const { headers, body } = receiver.received[0]!;
    expect(JSON.parse(body)).toEqual({
      type: 'watch.alert',
      timestamp: '2026-01-01T00:00:00.000Z',
      data: { id },
    });
    const [message] = messagesOf(endpoint.id);
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      ...signMessage({ id: message!.id, at: clock, payload: Buffer.from(body) }, [key]),
    });
    expect(message).toMatchObject({ attempts: 1, tried: [{ code: 'DELIVERED', status: 204 }] });
    wake();
    expect(receiver.received).toHaveLength(1);
  });

  it('goes to whoever may see what it is about, and to nobody else', async () => {
    const own = webhooks.register(OWNER, `${receiver.url}/own`).endpoint.id;
    const other = webhooks.register(OTHER, `${receiver.url}/other`).endpoint.id;
    const abroad = { member: 'SgAgencyMSP', owner: 'one' };
    const foreign = webhooks.register(abroad, `${receiver.url}/abroad`).endpoint.id;
    raise();
    await settled(own, 'DELIVERED');
    raise({ owner: null });
    await settled(other, 'DELIVERED', OTHER);
    expect(messagesOf(own)).toHaveLength(2);
    expect(messagesOf(foreign, abroad)).toEqual([]);
    expect(() => webhooks.find(own, OTHER)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(() => messagesOf(own, OTHER)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('is tried again later and later, under the same ID and a time of its own, then given up', async () => {
    const { endpoint } = webhooks.register(OWNER, receiver.url);
    receiver.answer = (response) => response.writeHead(500).end();
    raise();
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 9; attempt += 1) {
      await until(() => expect(messagesOf(endpoint.id)[0]!.attempts).toBe(attempt));
      const { nextAt } = messagesOf(endpoint.id)[0]!;
      waits.push((nextAt! - clock) / 1000);
      pass(nextAt! - clock);
    }
    await settled(endpoint.id, 'FAILED');
    expect(waits).toEqual([5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]);
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    const times = receiver.received.map(({ headers }) => headers['webhook-timestamp']);
    expect(new Set(ids).size).toBe(1);
    expect(new Set(times).size).toBe(10);
    receiver.answer = (response) => response.writeHead(200).end();
    webhooks.redeliver(endpoint.id, OWNER, ids[0] as string);
    await settled(endpoint.id, 'DELIVERED');
    expect(messagesOf(endpoint.id)[0]!.tried).toHaveLength(11);
  });

  it('waits as long as the receiver asks', async () => {
    const { endpoint } = webhooks.register(OWNER, receiver.url);
    receiver.answer = (response) => response.writeHead(429, { 'retry-after': '3600' }).end();
    raise();
    await until(() => expect(messagesOf(endpoint.id)[0]!.nextAt).toBe(clock + 3_600_000));
  });

  it('of a later event does not wait for one that failed', async () => {
    const { endpoint } = webhooks.register(OWNER, receiver.url);
    receiver.answer = (response) => response.writeHead(500).end();
    raise();
    await until(() => expect(messagesOf(endpoint.id)[0]!.attempts).toBe(1));
    receiver.answer = (response) => response.writeHead(200).end();
    raise();
    // The first is due in 5 s, and the endpoint rests until then.
    pass(5000);
    await until(() =>
      expect(messagesOf(endpoint.id).map(({ state }) => state)).toEqual(['DELIVERED', 'DELIVERED']),
    );
  });

  it('to try things out goes to the one endpoint, also a disabled one once it is enabled', async () => {
    const { endpoint } = webhooks.register(OWNER, receiver.url);
    webhooks.change(endpoint.id, OWNER, { state: 'DISABLED' });
    webhooks.test(endpoint.id, OWNER);
    expect(messagesOf(endpoint.id)).toMatchObject([{ state: 'QUEUED', type: 'webhook.test' }]);
    webhooks.change(endpoint.id, OWNER, { state: 'ENABLED' });
    await settled(endpoint.id, 'DELIVERED');
    expect(JSON.parse(receiver.received[0]!.body).data.test).toBe(true);
  });
});

describe('a crash', () => {
  it('before the delivery loses nothing, and after it repeats the same ID at most', async () => {
    const { endpoint } = webhooks.register(OWNER, receiver.url);
    await webhooks.close();
    // Sent, and the process gone before that was recorded.
    open(async (sending, signal) => {
      await real(sending, signal);
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      return { code: 'ANSWER_TIMED_OUT', status: null, retryAfter: null };
    });
    raise();
    await until(() => expect(receiver.received).toHaveLength(1));
    await webhooks.close();
    open();
    await settled(endpoint.id, 'DELIVERED');
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids).toEqual([ids[0], ids[0]]);
    await webhooks.close();
    open();
    wake();
    raise();
    await until(() => expect(receiver.received).toHaveLength(3));
    expect(messagesOf(endpoint.id)).toHaveLength(2);
  });

  it('between event and queue takes the event once', async () => {
    const { endpoint } = webhooks.register(OWNER, receiver.url);
    await webhooks.close();
    raise();
    raise();
    open();
    await until(() => expect(messagesOf(endpoint.id)).toHaveLength(2));
    await until(() => expect(receiver.received).toHaveLength(2));
    await webhooks.close();
    open();
    wake();
    raise();
    await until(() => expect(receiver.received).toHaveLength(3));
  });
});

describe('an endpoint', () => {
  const disabled = (reason: string) =>
    until(() => expect(webhooks.list(OWNER)).toMatchObject([{ state: 'DISABLED', reason }]));

  it('that fails for days is disabled, with a line in the log, and goes on once enabled', async () => {
    const { endpoint } = webhooks.register(OWNER, receiver.url);
    receiver.answer = (response) => response.writeHead(500).end();
    raise();
    await until(() => expect(messagesOf(endpoint.id)[0]!.attempts).toBe(1));
    pass(FAILING_DAYS * DAY);
    await disabled('FAILING');
    const [warning] = log.map((line) => JSON.parse(line)).filter(({ level }) => level === 40);
    expect(warning).toMatchObject({ endpoint: endpoint.id, reason: 'FAILING' });
    expect(log.join('')).not.toContain('127.0.0.1');
    const attempts = receiver.received.length;
    receiver.answer = (response) => response.writeHead(200).end();
    pass(30 * DAY);
    expect(receiver.received).toHaveLength(attempts);
    webhooks.change(endpoint.id, OWNER, { state: 'ENABLED' });
    await settled(endpoint.id, 'DELIVERED');
    expect(webhooks.find(endpoint.id, OWNER).failingSince).toBeNull();
  });

  it('that answers 410 is disabled at once, and gets no new messages', async () => {
    const { endpoint } = webhooks.register(OWNER, receiver.url);
    receiver.answer = (response) => response.writeHead(410).end();
    raise();
    await disabled('GONE');
    raise();
    wake();
    expect(messagesOf(endpoint.id)).toHaveLength(1);
  });

  it('that is removed takes its queue along, also while one of it is on its way', async () => {
    await webhooks.close();
    const under = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    open(async () => {
      under.resolve();
      await go.promise;
      return { code: 'DELIVERED', status: 200, retryAfter: null };
    });
    const { endpoint } = webhooks.register(OWNER, receiver.url);
    const kept = webhooks.register(OWNER, receiver.url).endpoint;
    raise();
    await under.promise;
    webhooks.remove(endpoint.id, OWNER);
    go.resolve();
    await settled(kept.id, 'DELIVERED');
    expect(webhooks.list(OWNER).map(({ id }) => id)).toEqual([kept.id]);
    expect(() => messagesOf(endpoint.id)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(log.filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
  });

  it('signs with both secrets until the old one ends', async () => {
    const { endpoint, secret } = webhooks.register(OWNER, receiver.url);
    const { secret: newer, ends } = webhooks.rotate(endpoint.id, OWNER, 24);
    expect(ends).toBe(clock + DAY);
    const keys = [newer, secret].map((text) => Buffer.from(text.slice(6), 'base64'));
    const signatureOf = async (count: number) => {
      raise();
      await until(() => expect(receiver.received).toHaveLength(count));
      const { headers, body } = receiver.received.at(-1)!;
      const id = headers['webhook-id'] as string;
      const signable = { id, at: clock, payload: Buffer.from(body) };
      return [headers['webhook-signature'], signable] as const;
    };
    const [both, first] = await signatureOf(1);
    expect(both).toBe(signMessage(first, keys)['webhook-signature']);
    pass(DAY);
    const [one, second] = await signatureOf(2);
    expect(one).toBe(signMessage(second, [keys[0]!])['webhook-signature']);
  });

  it('is one of a bounded number, at an address that may be sent to', () => {
    const refuse = (work: () => unknown) =>
      expect(work).toThrow(expect.objectContaining({ code: 'WEBHOOK_URL_REFUSED' }));
    refuse(() => webhooks.register(OWNER, 'http://hook.example/'));
    const { endpoint } = webhooks.register(OWNER, receiver.url);
    refuse(() => webhooks.change(endpoint.id, OWNER, { url: 'https://10.0.0.1/' }));
    const full = expect.objectContaining({ code: 'LIMIT_REACHED' });
    for (let count = 1; count < MAX_OWN_ENDPOINTS; count += 1)
      webhooks.register(OWNER, receiver.url);
    expect(() => webhooks.register(OWNER, receiver.url)).toThrow(full);
    for (let count = MAX_OWN_ENDPOINTS; count < MAX_ENDPOINTS; count += 1)
      webhooks.register({ ...OWNER, owner: `${count}` }, receiver.url);
    expect(() => webhooks.register(OTHER, receiver.url)).toThrow(full);
  });
});

it('bounds what waits for one endpoint, and counts what found no room', async () => {
  await webhooks.close();
  open(answering('RECEIVER_UNREACHABLE'));
  const { endpoint } = webhooks.register(OWNER, receiver.url);
  for (let count = 0; count < MAX_QUEUED + 5; count += 1) {
    events.push({ ...{ sequence: count + 1, id: `${count}`, type: 'x', at: clock }, ...OWNER });
  }
  wake();
  await until(() => expect(webhooks.find(endpoint.id, OWNER).dropped).toBe(5));
});

it('forgets what is done after a while, and by no clock that is wrong', async () => {
  const { endpoint } = webhooks.register(OWNER, receiver.url);
  raise();
  await settled(endpoint.id, 'DELIVERED');
  isClockWrong = true;
  pass(31 * DAY);
  // Later turns have looked at it, for this one is delivered.
  raise();
  await until(() =>
    expect(messagesOf(endpoint.id).map(({ state }) => state)).toEqual(['DELIVERED', 'DELIVERED']),
  );
  isClockWrong = false;
  wake();
  await until(() => expect(messagesOf(endpoint.id)).toHaveLength(1));
});

it('leaves a turn for every member, however many endpoints of one hang', async () => {
  await webhooks.close();
  const hanging = new Set<string>();
  open(async (sending, signal) => {
    if (!sending.url.pathname.endsWith('/hangs')) return answering('DELIVERED')(sending, signal);
    hanging.add(sending.headers['webhook-id'] as string);
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    return { code: 'ANSWER_TIMED_OUT', status: null, retryAfter: null };
  });
  for (const { owner } of [OWNER, OTHER])
    for (let count = 0; count < MAX_OWN_ENDPOINTS; count += 1)
      webhooks.register({ ...OWNER, owner }, `${receiver.url}/hangs`);
  raise({ owner: null });
  await until(() => expect(hanging.size).toBe(8));
  const abroad = { member: 'SgAgencyMSP', owner: 'one' };
  const { endpoint } = webhooks.register(abroad, receiver.url);
  raise(abroad);
  await settled(endpoint.id, 'DELIVERED', abroad);
  expect(hanging.size).toBe(8);
});

it('keeps secrets from everybody else', async () => {
  const { secret } = webhooks.register(OWNER, receiver.url);
  webhooks.test(webhooks.list(OWNER)[0]!.id, OWNER);
  await until(() => expect(receiver.received).toHaveLength(1));
  const { mode } = await stat(join(directory, 'webhook.sqlite'));
  expect(mode & 0o777).toBe(0o600);
  expect(
    JSON.stringify([webhooks.list(OWNER), messagesOf(webhooks.list(OWNER)[0]!.id)]),
  ).not.toContain(secret);
  expect(log.join('')).not.toContain(secret.slice(6));
  expect(await readFile(join(directory, 'webhook.sqlite'), 'latin1')).not.toContain(
    secret.slice(6),
  );
});

/** One attempt against receivers that do not behave. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGuard } from './guard.ts';
import { createSend } from './send.ts';
import { type Receiver, startReceiver } from './testing.ts';

const guard = createGuard({ loopback: true });
const open = new AbortController().signal;
const payload = Buffer.from('{}');
let receiver: Receiver;
let other: Receiver;

beforeEach(async () => {
  receiver = await startReceiver();
  other = await startReceiver();
});
afterEach(async () => {
  await receiver.close();
  await other.close();
});

const attempt = (url = receiver.url, { timeoutMs = 20_000, signal = open, by = guard } = {}) =>
  createSend({ guard: by, timeoutMs })({ url: new URL(url), headers: {}, payload }, signal);

describe('the status of the answer', () => {
  it.each([
    [200, 'DELIVERED'],
    [204, 'DELIVERED'],
    [400, 'ANSWER_REFUSED'],
    [401, 'ANSWER_REFUSED'],
    [500, 'ANSWER_REFUSED'],
    [410, 'ANSWER_GONE'],
  ])('%i is %s', async (status, code) => {
    receiver.answer = (response) => response.writeHead(status).end();
    expect(await attempt()).toEqual({ code, status, retryAfter: null });
  });

  it('may say when to come again', async () => {
    receiver.answer = (response) => response.writeHead(429, { 'retry-after': '120' }).end();
    expect(await attempt()).toMatchObject({ status: 429, retryAfter: 120 });
    receiver.answer = (response) => response.writeHead(503, { 'retry-after': 'soon' }).end();
    expect(await attempt()).toMatchObject({ status: 503, retryAfter: null });
  });
});

describe('a receiver', () => {
  it('that redirects is not followed', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      receiver.answer = (response) => response.writeHead(status, { location: other.url }).end();
      expect(await attempt()).toMatchObject({ code: 'ANSWER_REDIRECTS', status });
    }
    expect(other.received).toEqual([]);
  });

  it('that never answers is hung up on', async () => {
    receiver.answer = () => undefined;
    expect(await attempt(receiver.url, { timeoutMs: 300 })).toEqual({
      ...{ code: 'ANSWER_TIMED_OUT', status: null, retryAfter: null },
    });
  });

  it('that sends 100 MB, or never ends, is heard to its status and no further', async () => {
    let written = 0;
    const closed = Promise.withResolvers<void>();
    receiver.answer = (response) => {
      response.on('close', closed.resolve);
      response.writeHead(200);
      const piece = Buffer.alloc(1 << 20);
      const pour = () => {
        while (!response.destroyed && written < 100 << 20) {
          written += piece.length;
          if (!response.write(piece)) return void response.once('drain', pour);
        }
      };
      pour();
    };
    expect(await attempt()).toMatchObject({ code: 'DELIVERED', status: 200 });
    await closed.promise;
    expect(written).toBeLessThan(50 << 20);
  });

  it('whose headers never end is hung up on', async () => {
    receiver.answer = (response) => {
      const drip = setInterval(() => response.socket?.write('x-more: 1\r\n'), 20);
      response.on('close', () => clearInterval(drip));
      response.socket?.write('HTTP/1.1 200 OK\r\n');
    };
    const { code } = await attempt(receiver.url, { timeoutMs: 500 });
    expect(code).toBe('ANSWER_TIMED_OUT');
  });

  it('that is not there is told from one that is not to be believed', async () => {
    const { url } = receiver;
    await receiver.close();
    expect((await attempt(url)).code).toBe('RECEIVER_UNREACHABLE');
    expect((await attempt('https://nobody.invalid/')).code).toBe('RECEIVER_UNREACHABLE');
    // It has no certificate at all.
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect((await attempt(`https://127.0.0.1:${port}/`)).code).toBe('RECEIVER_TLS');
    server.close();
  });

  it('behind a private address is never connected to', async () => {
    const by = createGuard({ loopback: false });
    const { port } = new URL(receiver.url);
    const { code } = await attempt(`http://localhost:${port}/`, { by });
    expect(code).toBe('RECEIVER_PRIVATE');
    expect(receiver.received).toEqual([]);
  });
});

it('ends with the gateway', async () => {
  receiver.answer = () => undefined;
  const closing = new AbortController();
  const attempted = attempt(receiver.url, { signal: closing.signal });
  closing.abort();
  expect((await attempted).code).toBe('ANSWER_TIMED_OUT');
});
